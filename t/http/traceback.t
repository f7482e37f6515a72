# What the error log says about errors that nothing caught.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
no_shuffle();

# The lines that an error leaves, without what nginx puts around them.
our $TRACE = qr/(?:lua (?:entry|user) thread aborted: .*|failed to run .*|^stack traceback:|^coroutine \d+:|^\t.*?)(?=, client| while logging|$)/;

run_tests();

__DATA__

=== functions are named, with the line that was running
--- config
    location = /t {
        content_by_lua_block {
            local M = {}
            function M.check(value)
                error("bad value " .. value)
            end
            local function handle() M.check(7) return 1 end
            handle()
        }
    }
--- request
GET /t
--- error_code: 500
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^lua entry thread aborted: runtime error: content_by_lua\(nginx\.conf:\d+\):4: bad value 7
stack traceback:
coroutine 0:
\t\[C\]: in function 'error'
\tcontent_by_lua\(nginx\.conf:\d+\):4: in function 'check'
\tcontent_by_lua\(nginx\.conf:\d+\):6: in function 'handle'
\tcontent_by_lua\(nginx\.conf:\d+\):7: in main chunk
$/



=== anonymous functions are named by where they are defined
--- config
    location = /t {
        content_by_lua_block {
            (function() error("inside") end)()
        }
    }
--- request
GET /t
--- error_code: 500
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^lua entry thread aborted: .*
stack traceback:
coroutine 0:
\t\[C\]: in function 'error'
\tcontent_by_lua\(nginx\.conf:\d+\):2: in function <content_by_lua\(nginx\.conf:\d+\):2>
\tcontent_by_lua\(nginx\.conf:\d+\):2: in main chunk
$/



=== deep stacks are cut after 22 frames
--- config
    location = /t {
        content_by_lua_block {
            local function down(n)
                if n == 0 then error("deep") end
                down(n - 1)
                return n
            end
            down(100)
        }
    }
--- request
GET /t
--- error_code: 500
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^lua entry thread aborted: .*
stack traceback:
coroutine 0:
\t\[C\]: in function 'error'
\tcontent_by_lua\(nginx\.conf:\d+\):3: in function 'down'
(?:\tcontent_by_lua\(nginx\.conf:\d+\):4: in function 'down'
){20}\t\.\.\.
$/



=== the coroutines that resumed the failed one follow
--- config
    location = /t {
        content_by_lua_block {
            local inner = coroutine.wrap(function() error("inner") end)
            local outer = coroutine.wrap(function() inner() return 1 end)
            outer()
        }
    }
--- request
GET /t
--- error_code: 500
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^lua entry thread aborted: runtime error: content_by_lua\(nginx\.conf:\d+\):2: inner
stack traceback:
coroutine 0:
\t\[C\]: in function 'error'
\tcontent_by_lua\(nginx\.conf:\d+\):2: in function <content_by_lua\(nginx\.conf:\d+\):2>
coroutine 1:
\t\[C\]: in function 'inner'
\tcontent_by_lua\(nginx\.conf:\d+\):3: in function <content_by_lua\(nginx\.conf:\d+\):3>
coroutine 2:
\t\[C\]: in function 'outer'
\tcontent_by_lua\(nginx\.conf:\d+\):4: in main chunk
$/



=== at most five coroutines are shown
--- config
    location = /t {
        content_by_lua_block {
            local function nested(n)
                return coroutine.wrap(function()
                    if n == 0 then error("innermost") end
                    nested(n - 1)()
                    return 1
                end)
            end
            nested(8)()
        }
    }
--- request
GET /t
--- error_code: 500
--- error_log
coroutine 4:
--- no_error_log
coroutine 5:



=== an error in a light thread leaves its handler alone
--- config
    location = /t {
        content_by_lua_block {
            local thread = ngx.thread.spawn(function()
                ngx.sleep(0.001)
                error("in a thread")
            end)
            ngx.say(ngx.thread.wait(thread) == false)
        }
    }
--- request
GET /t
--- response_body
true
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^lua user thread aborted: runtime error: content_by_lua\(nginx\.conf:\d+\):4: in a thread
stack traceback:
coroutine 0:
\t\[C\]: in function 'error'
\tcontent_by_lua\(nginx\.conf:\d+\):4: in function <content_by_lua\(nginx\.conf:\d+\):2>
coroutine 1:
\t\[C\]: in function 'wait'
\tcontent_by_lua\(nginx\.conf:\d+\):6: in main chunk
$/



=== error objects that are no strings are an unknown reason
--- config
    location = /table { content_by_lua_block { error({}) } }
    location = /nil { content_by_lua_block { error() } }
    location = /object {
        content_by_lua_block {
            error(setmetatable({}, { __tostring = function() return "never seen" end }))
        }
    }
--- request eval
["GET /table", "GET /nil", "GET /object"]
--- error_code eval
[500, 500, 500]
--- error_log
lua entry thread aborted: runtime error: unknown reason
--- no_error_log
never seen



=== a number as error object is a message
--- config
    location = /t { content_by_lua_block { error(42, 0) } }
--- request
GET /t
--- error_code: 500
--- error_log
lua entry thread aborted: runtime error: 42



=== a stack overflow is an error like others
--- config
    location = /t {
        content_by_lua_block {
            local function forever() return 1 + forever() end
            forever()
        }
    }
--- request
GET /t
--- error_code: 500
--- error_log eval
qr/lua entry thread aborted: runtime error: content_by_lua\(nginx\.conf:\d+\):2: stack overflow/



=== phases that cannot wait have Lua's own traceback
--- config
    location = /set {
        set_by_lua_block $x { error("while setting") }
        return 200 $x;
    }
--- request
GET /set
--- error_code: 500
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^failed to run set_by_lua\*: set_by_lua\(nginx\.conf:\d+\):1: while setting
stack traceback:
\t\[C\]: in function 'error'
\tset_by_lua\(nginx\.conf:\d+\):1: in main chunk
$/



=== the log phase reports its errors after the response
--- config
    location = /t {
        return 200 "served";
        log_by_lua_block { local user; user.name = "x" }
    }
--- request
GET /t
--- wait: 0.1
--- response_body chomp
served
--- grep_error_log eval: $::TRACE
--- grep_error_log_out eval
qr/^failed to run log_by_lua\*: log_by_lua\(nginx\.conf:\d+\):1: attempt to index local 'user' \(a nil value\)
stack traceback:
\tlog_by_lua\(nginx\.conf:\d+\):1: in main chunk
$/



=== objects are an unknown reason there too
--- config
    location = /t {
        set_by_lua_block $x { error({}) }
        return 200 $x;
    }
--- request
GET /t
--- error_code: 500
--- error_log
failed to run set_by_lua*: unknown reason, client
