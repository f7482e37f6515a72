# ngx.log and print: what a line looks like, which arguments they take.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
no_shuffle();
log_level('notice');
run_tests();

__DATA__

=== a line names file and line of its caller, and the function if it has a name
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.ERR, "from the main chunk")
            local function helper() ngx.log(ngx.ERR, "from a function") end
            helper()
            local object = {}
            function object:method() ngx.log(ngx.ERR, "from a method") end
            object:method()
            ;(function() ngx.log(ngx.ERR, "from an anonymous one") end)()
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- grep_error_log eval: qr/\[lua\] content_by_lua\(nginx\.conf:\d+\):\d+: .*?from .*?(?=, client)/
--- grep_error_log_out eval
qr/^\[lua\] content_by_lua\(nginx\.conf:\d+\):2: from the main chunk
\[lua\] content_by_lua\(nginx\.conf:\d+\):3: helper\(\): from a function
\[lua\] content_by_lua\(nginx\.conf:\d+\):6: method\(\): from a method
\[lua\] content_by_lua\(nginx\.conf:\d+\):8: from an anonymous one
$/



=== of a file only its last path component shows
--- config
    location = /t {
        content_by_lua_file html/dir/handler.lua;
    }
--- user_files
>>> dir/handler.lua
local function check()
    ngx.log(ngx.ERR, "checked")
end
check()
ngx.say("done")
--- request
GET /t
--- response_body
done
--- error_log
[lua] handler.lua:2: check(): checked, client: 



=== a tail call shows the line of the one who called it
--- config
    location = /t {
        content_by_lua_block {
            local function tail()
                return ngx.log(ngx.ERR, "tail")
            end
            tail()
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
qr/content_by_lua\(nginx\.conf:\d+\):5: tail, client/



=== a call without Lua function around it has no line
--- config
    location = /t {
        content_by_lua_block {
            pcall(ngx.log, ngx.ERR, "bare")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log
[lua] [C]:-1: bare, client



=== arguments of all types are put together
--- config
    location = /t {
        content_by_lua_block {
            local t = setmetatable({}, { __tostring = function() return "table" end })
            ngx.log(ngx.ERR, "str ", 1, " ", 2.5, " ", nil, " ", true, false, " ", ngx.null, " ", t, ".")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log
: str 1 2.5 nil truefalse null table., client



=== numbers are written as integers where they fit, else with 14 digits
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.ERR, "numbers: ", table.concat({}, ""), 2^31, " ", -2^31, " ", 2^53, " ", 1e14, " ",
                    0.1, " ", 1/3, " ", 1e-5, " ", -0.0)
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log
numbers: 2147483648 -2147483648 9.007199254741e+15 1e+14 0.1 0.33333333333333 1e-05 0, client



=== what __tostring returns is taken if it is a string or number, else as nothing
--- config
    location = /t {
        content_by_lua_block {
            local function object(value)
                return setmetatable({}, { __tostring = function() return value end })
            end
            ngx.log(ngx.ERR, "results: <", object(7), "> <", object({}), "> <", object(nil), ">")
            ngx.say(pcall(ngx.log, ngx.ERR,
                          setmetatable({}, { __tostring = function() error("no text", 0) end })))
        }
    }
--- request
GET /t
--- response_body
falseno text
--- error_log
results: <7> <> <>, client



=== __tostring may log itself
--- config
    location = /t {
        content_by_lua_block {
            local t = setmetatable({}, { __tostring = function()
                ngx.log(ngx.WARN, "inner line")
                return "inner result"
            end })
            ngx.log(ngx.ERR, "outer line with ", t)
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log
inner line, client
outer line with inner result, client



=== bad arguments raise, counted without the level
--- config
    location = /t {
        content_by_lua_block {
            local function try(...)
                local ok, err = pcall(...)
                ngx.say(err)
            end
            try(ngx.log, ngx.ERR, {})
            try(ngx.log, ngx.ERR, "a", setmetatable({}, {}))
            try(ngx.log, ngx.ERR, "a", "b", function() end)
            try(ngx.log, ngx.ERR, coroutine.create(function() end))
            try(ngx.log, ngx.ERR, io.stdout)
            try(print, {})
            try(ngx.log, 9, "a")
            try(ngx.log, -1, "a")
            try(ngx.log, "high", "a")
            try(ngx.log, nil, "a")
            try(ngx.log)
            try(function() ngx.log(ngx.ERR, "a", {}) end)
        }
    }
--- request
GET /t
--- response_body_like chomp
\Abad argument #1 to '\?' \(expected table to have __tostring metamethod\)
bad argument #2 to '\?' \(expected table to have __tostring metamethod\)
bad argument #3 to '\?' \(string, number, boolean, or nil expected, got function\)
bad argument #1 to '\?' \(string, number, boolean, or nil expected, got thread\)
bad argument #1 to '\?' \(string, number, boolean, or nil expected, got userdata\)
bad argument #1 to '\?' \(expected table to have __tostring metamethod\)
bad argument #1 to '\?' \(bad log level: 9\)
bad argument #1 to '\?' \(bad log level: -1\)
bad argument #1 to '\?' \(number expected, got string\)
bad argument #1 to '\?' \(number expected, got nil\)
bad argument #1 to '\?' \(number expected, got no value\)
content_by_lua\(nginx\.conf:\d+\):17: bad argument #2 to 'log' \(expected table to have __tostring metamethod\)
\z
--- no_error_log
[error]



=== below the level of the log nothing is evaluated, not even bad arguments
--- config
    location = /t {
        content_by_lua_block {
            local evaluated = false
            local t = setmetatable({}, { __tostring = function() evaluated = true return "x" end })
            ngx.log(ngx.INFO, t)
            ngx.log(ngx.INFO, {}, function() end)
            ngx.say(evaluated)
        }
    }
--- request
GET /t
--- response_body
false
--- no_error_log
[lua]



=== print logs with level notice
--- config
    location = /t {
        content_by_lua_block {
            print("a", 1, nil, true)
            ngx.say(select("#", print("b")))
        }
    }
--- request
GET /t
--- response_body
0
--- error_log eval
qr/\[notice\] .*\[lua\] content_by_lua\(nginx\.conf:\d+\):2: a1niltrue, client/



=== level STDERR is written without a name
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.STDERR, "standard error")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
qr/ \[\] .*\[lua\] content_by_lua\(nginx\.conf:\d+\):2: standard error, client/



=== zero bytes and newlines go through
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.ERR, "before\0after", "\nsecond line")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
["before\0after\n", "second line, client"]



=== long lines are cut
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.ERR, "begin", string.rep("x", 100000), "end")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
qr/: beginx{1000,}$/m
--- no_error_log
xend



=== no arguments make an empty text
--- config
    location = /t {
        content_by_lua_block {
            ngx.log(ngx.ERR)
            ngx.log(ngx.WARN, "")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
[qr/\[error\] .*:2: , client/, qr/\[warn\] .*:3: , client/]



=== it works where no request is
--- http_config
    init_worker_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
--- config
    location = /t { return 200; }
--- request
GET /t
--- grep_error_log eval: qr/\[lua\] init_worker_by_lua\(nginx\.conf:\d+\):1: in init_worker/
--- grep_error_log_out eval
[qr/^\[lua\] init_worker_by_lua.*\n$/, ""]



=== it works in every phase
--- config
    location = /t {
        set_by_lua_block $x { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
        rewrite_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
        access_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
        content_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) ngx.say("done") }
        header_filter_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
        body_filter_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
        log_by_lua_block { ngx.log(ngx.NOTICE, "in ", ngx.get_phase()) }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
[
    qr/\[lua\] set_by_lua\(nginx\.conf:\d+\):1: in set, client/,
    "in rewrite, client", "in access, client", "in content, client", "in header_filter",
    "in body_filter", "in log while logging request, client",
]
