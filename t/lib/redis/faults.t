# resty.redis: servers that answer nonsense, half or nothing. No such connection gets into a pool.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $fake = "$ENV{TEST_NGINX_SERVROOT}/html/fake.sock";
my $connected = <<"END";
local redis = require "resty.redis"
local red = redis:new()
red:set_timeout(200)
assert(red:connect("unix:$fake"))
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $connected . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(tcp_listen => $fake);
    $block->set_value(tcp_no_close => 1);
});
no_long_string();
repeat_each(1);
run_tests();

__DATA__

=== no reply
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply
--- response_body
nil timeout
nil closed



=== half a line
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply eval: "+O"
--- response_body
nil timeout
nil closed



=== half a value
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply eval: "\$5\r\nab"
--- response_body
nil timeout
nil closed



=== half an array
--- lua
show(red:lrange("dog", 0, 1))
show(red:set_keepalive())
--- tcp_reply eval: "*2\r\n+a\r\n"
--- response_body
nil timeout
nil closed



=== nonsense
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply eval: "what?\r\n"
--- response_body
nil unknown prefix: "119"
nil closed



=== an empty line
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply eval: "\r\n"
--- response_body
nil unknown prefix: "nil"
nil closed



=== sizes that are none
--- lua
show(red:get("dog"))
show(red:set_keepalive())
--- tcp_reply eval: "\$x\r\n"
--- response_body
nil bad bulk reply
nil closed



=== half a pipeline
--- lua
red:init_pipeline()
red:get("dog")
red:get("cat")
show(red:commit_pipeline())
show(red:set_keepalive())
--- tcp_reply eval: "\$1\r\na\r\n"
--- response_body
nil timeout
nil closed



=== a blocking command may be waited for longer, but not be forgotten
--- lua
show(red:blpop("dog", 0))
show(red:set_keepalive())
show(red:get("dog"))
--- tcp_reply
--- response_body
nil timeout
nil closed
nil closed
