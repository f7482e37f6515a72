# cjson inside nginx: what it shares with ngx.*, and errors on their way through a handler.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
no_shuffle();
run_tests();

__DATA__

=== a value is encoded and decoded
--- config
    location = /json {
        content_by_lua_block {
            local cjson = require "cjson"
            ngx.say(cjson.encode({ 1, "two", { three = 3.5 } }))
            ngx.say(cjson.decode('{"a":[1,2,{"b":"c"}]}').a[3].b)
        }
    }
--- request
GET /json
--- response_body
[1,"two",{"three":3.5}]
c
--- no_error_log
[error]



=== null is ngx.null
--- config
    location = /null {
        content_by_lua_block {
            local cjson = require "cjson"
            ngx.say(cjson.null == ngx.null)
            ngx.say(cjson.decode("null") == ngx.null)
            ngx.say(cjson.encode({ ngx.null }))
        }
    }
--- request
GET /null
--- response_body
true
true
[null]
--- no_error_log
[error]



=== an error that nobody catches tells the line of the handler
--- config
    location = /broken {
        content_by_lua_block {
            local cjson = require "cjson"
            ngx.say(cjson.decode("[1, oops]").x)
        }
    }
--- request
GET /broken
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log eval
qr/content_by_lua\(nginx\.conf:\d+\):3: Expected value but found invalid token at character 5/



=== an error is caught by pcall and by cjson.safe
--- config
    location = /caught {
        content_by_lua_block {
            local cjson = require "cjson"
            local ok, err = pcall(cjson.encode, { ngx.say })
            ngx.say(ok, ": ", err)
            local value, err = require("cjson.safe").decode('{"a"')
            ngx.say(value, ": ", err)
        }
    }
--- request
GET /caught
--- response_body
false: Cannot serialise function: type not supported
nil: Expected colon but found T_END at character 5
--- no_error_log
[error]



=== settings and constants outlive a request
--- http_config
    init_by_lua_block {
        local cjson = require "cjson"
        pretty = cjson.new()
        pretty.encode_indent("  ")
        list = setmetatable({}, cjson.empty_array_mt)
    }
--- config
    location = /pretty {
        content_by_lua_block {
            ngx.say(pretty.encode({ { 1 }, list }))
        }
    }
--- request
GET /pretty
--- response_body
[
  [
    1
  ],
  []
]
--- no_error_log
[error]



=== light threads encode with one instance in turn
--- config
    location = /threads {
        content_by_lua_block {
            local cjson = require "cjson"
            local threads = {}
            for i = 1, 3 do
                threads[i] = ngx.thread.spawn(function()
                    local text = cjson.encode({ thread = i })
                    ngx.sleep(0.001 * (4 - i))
                    return text
                end)
            end
            for i = 1, 3 do
                local _, text = ngx.thread.wait(threads[i])
                ngx.say(text)
            end
        }
    }
--- request
GET /threads
--- response_body
{"thread":1}
{"thread":2}
{"thread":3}
--- no_error_log
[error]
