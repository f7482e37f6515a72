# What a body filter replaces is sent although it is less than nginx gathers before it writes.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== a single small chunk is replaced
--- config
    location = /t {
        content_by_lua_block { ngx.say("hello") }
        body_filter_by_lua_block { ngx.arg[1] = ngx.arg[1]:upper() }
    }
--- request
GET /t
--- response_body
HELLO
--- no_error_log
[error]



=== each of several chunks is replaced, and the end seen once
--- config
    location = /t {
        content_by_lua_block {
            ngx.print("one,")
            ngx.print("two,")
            ngx.flush(true)
            ngx.print("three")
        }
        body_filter_by_lua_block {
            ngx.ctx.ends = (ngx.ctx.ends or 0) + (ngx.arg[2] and 1 or 0)
            ngx.arg[1] = ngx.arg[1]:upper() .. (ngx.arg[2] and "; ends: " .. ngx.ctx.ends or "")
        }
    }
--- request
GET /t
--- response_body chomp
ONE,TWO,THREE; ends: 1
--- no_error_log
[error]



=== a large body is replaced piece by piece
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 200 do
                ngx.print(("x"):rep(4096))
            end
        }
        body_filter_by_lua_block {
            ngx.ctx.size = (ngx.ctx.size or 0) + #ngx.arg[1]
            ngx.arg[1] = ngx.arg[2] and tostring(ngx.ctx.size) or nil
        }
    }
--- request
GET /t
--- response_body chomp
819200
--- no_error_log
[error]
