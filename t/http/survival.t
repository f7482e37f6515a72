# A worker outlives whatever a handler does: each block breaks something in a subrequest, and the main
# request goes on and tells what came of it.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
log_level('info');

add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value('config', $block->config . <<'CONF');
    log_subrequest on;
    location = /t {
        content_by_lua_block {
            local res = ngx.location.capture("/bad")
            ngx.say(res.status)
        }
    }
CONF
    return if defined $block->request;    # no subrequest: they have no access phase
    $block->set_value('request', 'GET /t');
    $block->set_value('response_body', "500\n") if !defined $block->response_body;
});

run_tests();

__DATA__

=== an error in set_by_lua
--- config
    location = /bad {
        set_by_lua_block $x { error("in set") }
        content_by_lua_block { ngx.say("not reached") }
    }
--- error_log
in set



=== an error in rewrite_by_lua
--- config
    location = /bad {
        rewrite_by_lua_block { error("in rewrite") }
        content_by_lua_block { ngx.say("not reached") }
    }
--- error_log
in rewrite



=== an error in access_by_lua
--- config
    location = /bad {
        access_by_lua_block { error("in access") }
        content_by_lua_block { ngx.say("not reached") }
    }
--- request
GET /bad
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log
in access



=== an error in log_by_lua
--- config
    location = /bad {
        content_by_lua_block { ngx.say("fine") }
        log_by_lua_block { error("in log") }
    }
--- response_body
200
--- error_log
in log



=== an error object that is a table
--- config
    location = /bad {
        content_by_lua_block { error({code = 1}) }
    }
--- error_log
lua entry thread aborted: runtime error: unknown reason



=== an error object with a __tostring
--- config
    location = /bad {
        content_by_lua_block {
            error(setmetatable({}, {__tostring = function() return "told by the object" end}))
        }
    }
--- error_log
lua entry thread aborted: runtime error: unknown reason



=== an error object that is nil
--- config
    location = /bad {
        content_by_lua_block { error() }
    }
--- error_log
lua entry thread aborted: runtime error



=== a __tostring that fails itself
--- config
    location = /bad {
        content_by_lua_block {
            error(setmetatable({}, {__tostring = function() error("again") end}))
        }
    }
--- error_log
lua entry thread aborted: runtime error



=== endless recursion
--- config
    location = /bad {
        content_by_lua_block {
            local function f(n) return 1 + f(n + 1) end
            f(1)
        }
    }
--- error_log
stack overflow



=== endless recursion inside pcall, again and again
--- config
    location = /bad {
        content_by_lua_block {
            local function f(n) return 1 + f(n + 1) end
            for i = 1, 20 do
                local ok, err = pcall(f, 1)
                assert(not ok and tostring(err):find("stack overflow", 1, true))
            end
            ngx.say("caught")
        }
    }
--- response_body
200
--- no_error_log
[error]



=== an error in an error handler
--- config
    location = /bad {
        content_by_lua_block {
            ngx.say(xpcall(error, function() error("in the handler") end))
        }
    }
--- response_body
200
--- no_error_log
[alert]



=== an error three coroutines deep
--- config
    location = /bad {
        content_by_lua_block {
            local function nest(n)
                if n == 0 then error("deep inside") end
                return coroutine.wrap(nest)(n - 1)
            end
            nest(3)
        }
    }
--- error_log
deep inside



=== coroutines nested a hundred deep
--- config
    location = /bad {
        content_by_lua_block {
            local function nest(n)
                return n == 0 and "bottom" or select(2, coroutine.resume(coroutine.create(nest), n - 1))
            end
            ngx.say(nest(100))
        }
    }
--- response_body
200
--- no_error_log
[error]



=== an error in a light thread nobody waits for
--- config
    location = /bad {
        content_by_lua_block {
            ngx.thread.spawn(function() error("in a thread") end)
            ngx.say("fine")
        }
    }
--- response_body
200
--- error_log
lua user thread aborted: runtime error
in a thread



=== a string that does not fit into memory
--- config
    location = /bad {
        content_by_lua_block {
            ngx.say((pcall(string.rep, "x", 2 ^ 40)))
        }
    }
--- response_body
200
--- no_error_log
[alert]



=== an error in header_filter_by_lua closes the connection
--- config
    location = /bad {
        header_filter_by_lua_block { error("in header filter") }
        return 200 "fine";
    }
--- request
GET /bad
--- ignore_response
--- error_log
failed to run header_filter_by_lua*: header_filter_by_lua(nginx.conf:
in header filter
--- no_error_log
[alert]



=== an error in body_filter_by_lua cuts the response off
--- config
    location = /bad {
        body_filter_by_lua_block { error("in body filter") }
        content_by_lua_block { ngx.say("fine") }
    }
--- request
GET /bad
--- ignore_response
--- error_log
failed to run body_filter_by_lua*: body_filter_by_lua(nginx.conf:
in body filter
--- no_error_log
[alert]
