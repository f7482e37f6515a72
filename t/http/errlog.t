# The module ngx.errlog and the directive lua_capture_error_log.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
no_shuffle();
log_level('info');
run_tests();

__DATA__

=== captured lines come back oldest first, and only once
--- http_config
    lua_capture_error_log 64k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            errlog.get_logs(0)
            ngx.log(ngx.ERR, "first")
            ngx.log(ngx.WARN, "second")
            local lines = errlog.get_logs()
            ngx.say(#lines)
            ngx.say(lines[1], " ", lines[2] == ngx.now(), " ", lines[3])
            ngx.say(lines[4], " ", lines[5] == ngx.now(), " ", lines[6])
            ngx.say(#errlog.get_logs())
        }
    }
--- request
GET /t
--- response_body_like chomp
\A6
4 true \d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[error\] \d+#\d+: \*\d+ \[lua\] content_by_lua\(nginx\.conf:\d+\):4: first, client: 127\.0\.0\.1, server: localhost, request: "GET /t HTTP/1\.1", host: "localhost(?::\d+)?"
5 true .* \[warn\] .*:5: second, client: .*
0
\z
--- error_log
first, client
second, client



=== at most ten come at a time unless another limit is given
--- http_config
    lua_capture_error_log 64k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            errlog.get_logs(0)
            for i = 1, 30 do
                ngx.log(ngx.ERR, "line ", i)
            end
            ngx.say(#errlog.get_logs() / 3)
            ngx.say(#errlog.get_logs(3) / 3)
            ngx.say(#errlog.get_logs(0) / 3)
        }
    }
--- request
GET /t
--- response_body
10
3
17



=== a table that is given is filled, with a nil behind
--- http_config
    lua_capture_error_log 64k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            errlog.get_logs(0)
            ngx.log(ngx.ERR, "line")
            local t = { 1, 2, 3, 4, 5 }
            ngx.say(errlog.get_logs(5, t) == t)
            ngx.say(t[1], " ", type(t[2]), " ", type(t[3]), " ", t[4], " ", t[5])
        }
    }
--- request
GET /t
--- response_body
true
4 number string nil 5



=== only lines of the level asked for are kept
--- http_config
    lua_capture_error_log 64k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            ngx.say(errlog.set_filter_level(ngx.WARN))
            errlog.get_logs(0)
            ngx.log(ngx.NOTICE, "unimportant")
            ngx.log(ngx.WARN, "important")
            ngx.log(ngx.ERR, "more important")
            local lines = errlog.get_logs()
            ngx.say(lines[1], " ", lines[4], " ", lines[7])
            ngx.say(errlog.set_filter_level(ngx.DEBUG))
        }
    }
--- request
GET /t
--- response_body
true
5 4 nil
true
--- error_log
unimportant



=== bad filter levels are refused
--- http_config
    lua_capture_error_log 64k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            ngx.say(errlog.set_filter_level())
            ngx.say(errlog.set_filter_level(9))
            ngx.say(errlog.set_filter_level(-1))
        }
    }
--- request
GET /t
--- response_body
nilmissing "level" argument
nilbad log level: 9
nilbad log level: -1



=== lines of every error_log are captured, nginx's own too
--- http_config
    lua_capture_error_log 64k;
    error_log logs/http-level.log error;
--- config
    location = /t {
        error_log logs/error.log info;
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            errlog.get_logs(0)
            ngx.log(ngx.INFO, "by Lua code")
            ngx.location.capture("/not-there")
            local lines = errlog.get_logs()
            ngx.say(#lines / 3)
            ngx.say((lines[3]:match("by Lua code")))
            ngx.say((lines[6]:match("No such file or directory")))
        }
    }
--- request
GET /t
--- response_body
2
by Lua code
No such file or directory



=== the newest lines stay when the memory is full
--- http_config
    lua_capture_error_log 4k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            for i = 1, 100 do
                ngx.log(ngx.ERR, "line ", i, ".")
            end
            local lines = errlog.get_logs(0)
            ngx.say(#lines / 3 > 10, " ", #lines / 3 < 30)
            ngx.say((lines[#lines]:match("line %d+")))
            local first = tonumber(lines[3]:match("line (%d+)"))
            ngx.say(first == 101 - #lines / 3)
        }
    }
--- request
GET /t
--- response_body
true true
line 100
true



=== a very long line pushes out everything else
--- http_config
    lua_capture_error_log 4k;
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            ngx.log(ngx.ERR, "short")
            ngx.log(ngx.ERR, "long ", string.rep("x", 5000))
            local lines = errlog.get_logs()
            ngx.say(#lines / 3)
            ngx.say((lines[3]:match("long xxx")))
        }
    }
--- request
GET /t
--- response_body
1
long xxx



=== without the directive there is nothing to read
--- config
    location = /t {
        content_by_lua_block {
            local errlog = require "ngx.errlog"
            ngx.say(errlog.get_logs())
            ngx.say(errlog.set_filter_level(ngx.ERR))
        }
    }
--- request
GET /t
--- response_body
nildirective "lua_capture_error_log" is not set
nildirective "lua_capture_error_log" is not set



=== lines of init_by_lua are there for the workers
--- http_config
    lua_capture_error_log 64k;
    init_by_lua_block {
        require("ngx.errlog").raw_log(ngx.ERR, "from init")
    }
--- config
    location = /t {
        content_by_lua_block {
            local seen = package.loaded
            local lines = require("ngx.errlog").get_logs(0)
            for i = 3, #lines, 3 do
                seen.init_line = seen.init_line or lines[i]:match("from init")
            end
            ngx.say(seen.init_line)
        }
    }
--- request
GET /t
--- response_body
from init



=== the level of the error log in force
--- config
    location = /warn {
        error_log logs/error.log warn;
        content_by_lua_block {
            ngx.say(require("ngx.errlog").get_sys_filter_level() == ngx.WARN)
        }
    }
    location = /info {
        content_by_lua_block {
            ngx.say(require("ngx.errlog").get_sys_filter_level() == ngx.INFO)
        }
    }
--- request eval
["GET /warn", "GET /info"]
--- response_body eval
["true\n", "true\n"]



=== raw lines have no prefix, and keep zero bytes
--- config
    location = /t {
        content_by_lua_block {
            require("ngx.errlog").raw_log(ngx.WARN, "a raw\0line")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- error_log eval
qr/\[warn\] \d+#\d+: \*\d+ a raw\0line, client: /
--- no_error_log
[lua]



=== bad arguments of raw_log raise
--- config
    location = /t {
        content_by_lua_block {
            local raw_log = require("ngx.errlog").raw_log
            ngx.say(select(2, pcall(raw_log, "warn", "text")))
            ngx.say(select(2, pcall(raw_log, ngx.WARN, 7)))
            ngx.say(select(2, pcall(raw_log, -1, "text")))
            ngx.say(select(2, pcall(raw_log, 9, "text")))
            ngx.say(select(2, pcall(function() raw_log(9, "text") end)))
        }
    }
--- request
GET /t
--- response_body_like chomp
\Abad argument #1 to 'raw_log' \(must be a number\)
bad argument #2 to 'raw_log' \(must be a string\)
bad log level
bad log level
content_by_lua\(nginx\.conf:\d+\):7: bad log level
\z



=== a size below the longest line is refused
--- http_config
    lua_capture_error_log 3k;
--- config
--- must_die
--- error_log
invalid capture error log size "3k", minimum size is 4096



=== a size that is none is refused
--- http_config
    lua_capture_error_log many;
--- config
--- must_die
--- error_log
invalid capture error log size "many"



=== the directive may be there once
--- http_config
    lua_capture_error_log 4k;
    lua_capture_error_log 4k;
--- config
--- must_die
--- error_log
"lua_capture_error_log" directive is duplicate
