# The end of a ngx.ctx table. Only the debug log tells.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== the context's table is released once
--- lua
ngx.ctx.a = 1
ngx.say(ngx.ctx.a)
--- response_body
1
--- error_log
lua release ngx.ctx at ref 1
--- no_error_log
[error]
lua release ngx.ctx at ref 2
