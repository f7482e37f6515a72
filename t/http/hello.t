# The smallest handlers there are: what every other test takes for granted.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
no_shuffle();
run_tests();

__DATA__

=== a content handler answers with a body
--- config
    location = /hello {
        content_by_lua_block {
            ngx.say("hello, world")
        }
    }
--- request
GET /hello
--- response_body
hello, world
--- no_error_log
[error]
[alert]



=== a handler that prints nothing answers 200 with an empty body
--- config
    location = /nothing {
        content_by_lua_block {
        }
    }
--- request
GET /nothing
--- error_code: 200
--- response_body:
--- no_error_log
[error]



=== an uncaught error is a 500 and a line with a traceback in the error log
--- config
    location = /broken {
        content_by_lua_block {
            error("on purpose")
        }
    }
--- request
GET /broken
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log
lua entry thread aborted: runtime error: content_by_lua(nginx.conf:
on purpose
stack traceback:
