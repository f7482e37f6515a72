# ngx.req: read_body, discard_body, get_body_data, get_body_file, set_body_data, set_body_file,
# init_body, append_body, finish_body, get_post_args.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== the body is there once it has been read
--- lua
ngx.say(ngx.req.get_body_data())
ngx.req.read_body()
ngx.req.read_body()
ngx.say(ngx.req.get_body_data())
ngx.say(ngx.req.get_body_data(3), " ", ngx.req.get_body_data(0), " ", ngx.req.get_body_data(-1), " ", ngx.req.get_body_data(100))
ngx.say(ngx.req.get_body_file())
--- request
POST /t
hello, body
--- response_body
nil
hello, body
hel hello, body hello, body hello, body
nil



=== a request without body has none
--- lua
ngx.req.read_body()
ngx.say(ngx.req.get_body_data(), " ", ngx.req.get_body_file())
--- response_body
nil nil



=== a large body goes to a file
--- config
    client_body_buffer_size 1k;
    client_body_in_file_only clean;
--- lua
ngx.req.read_body()
local name = ngx.req.get_body_file()
local file = assert(io.open(name))
ngx.say(ngx.req.get_body_data(), " ", #file:read("*a"))
file:close()
--- request eval
"POST /t\n" . 'x' x 5000
--- response_body
nil 5000



=== form arguments
--- lua
ngx.req.read_body()
local args, err = ngx.req.get_post_args()
ngx.say(args.a, " ", tostring(args.b), " ", args.c[1], args.c[2], " ", err)
args, err = ngx.req.get_post_args(1)
ngx.say(args.a, " ", args.b, " ", err)
--- request
POST /t
a=1+2&b&c=%41&c=B
--- response_body
1 2 true AB nil
1 2 nil truncated



=== form arguments need a body that was read
--- lua
fails(function () local t = ngx.req.get_post_args() end)
ngx.req.discard_body()
ngx.req.discard_body()
ngx.say("discarded")
--- request
POST /t
a=1
--- response_body
here: no request body found; maybe you should turn on lua_need_request_body?
discarded



=== form arguments of an empty body
--- lua
ngx.req.read_body()
ngx.say(next(ngx.req.get_post_args()))
--- response_body
nil



=== form arguments in a file are not supported
--- config
    client_body_in_file_only clean;
--- lua
ngx.req.read_body()
ngx.say(ngx.req.get_post_args())
--- request
POST /t
a=1
--- response_body
nilrequest body in temp file not supported



=== a new body takes the place of the old one, length included
--- lua
ngx.req.read_body()
ngx.req.set_body_data("brand new")
ngx.say(ngx.req.get_body_data(), " ", ngx.var.http_content_length, " ", ngx.req.get_headers()["content-length"])
ngx.req.set_body_data(12)
ngx.say(ngx.req.get_body_data(), " ", ngx.var.http_content_length)
ngx.req.set_body_data("")
ngx.say(ngx.req.get_body_data(), " ", ngx.var.http_content_length)
--- request
POST /t
old
--- response_body
brand new 9 9
12 2
nil 0



=== a file as the body
--- user_files
>>> body.txt
from a file
--- lua
ngx.req.read_body()
local name = ngx.config.prefix() .. "html/body.txt"
ngx.req.set_body_file(name)
ngx.say(ngx.req.get_body_file() == name, " ", ngx.req.get_body_data(), " ", ngx.var.http_content_length)
--- request
POST /t
old
--- response_body
true nil 12



=== a body built in pieces
--- lua
ngx.req.read_body()
ngx.req.init_body(100)
ngx.req.append_body("one ")
ngx.req.append_body(2)
ngx.req.append_body(" three")
ngx.req.finish_body()
ngx.say(ngx.req.get_body_data(), " ", ngx.var.http_content_length)
--- request
POST /t
old
--- response_body
one 2 three 11



=== a body that outgrows its buffer is written to a file
--- lua
ngx.req.read_body()
ngx.req.init_body(4)
ngx.req.append_body("hello, ")
ngx.req.append_body("world")
ngx.req.finish_body()
local file = assert(io.open(ngx.req.get_body_file()))
ngx.say(file:read("*a"), " ", ngx.var.http_content_length)
file:close()
--- request
POST /t
old
--- response_body
hello, world 12



=== argument counts
--- lua
fails(ngx.req.read_body, 1)
fails(ngx.req.discard_body, 1)
fails(ngx.req.get_body_data, 1, 2)
fails(ngx.req.get_body_file, 1)
fails(ngx.req.set_body_data)
fails(ngx.req.set_body_file)
fails(ngx.req.init_body, 1, 2)
fails(ngx.req.append_body)
fails(ngx.req.finish_body, 1)
fails(ngx.req.get_post_args, 1, 2)
--- response_body
expecting 0 arguments but seen 1
expecting 0 arguments but seen 1
expecting 0 or 1 arguments but seen 2
expecting 0 arguments but seen 1
expecting 1 arguments but seen 0
expecting 1 or 2 arguments but seen 0
expecting 0 or 1 argument but seen 2
expecting 1 arguments but seen 0
expecting 0 argument but seen 1
expecting 0 or 1 arguments but seen 2



=== argument types
--- lua
ngx.req.read_body()
fails(function () local s = ngx.req.get_body_data({}) end)
fails(function () ngx.req.set_body_data(nil) end)
fails(function () ngx.req.set_body_file({}) end)
fails(function () ngx.req.set_body_file("/x", 1) end)
fails(function () ngx.req.set_body_file("/does/not/exist") end)
fails(function () ngx.req.init_body("x") end)
fails(function () ngx.req.init_body(-1) end)
fails(function () ngx.req.append_body({}) end)
fails(function () local t = ngx.req.get_post_args("x") end)
--- request
POST /t
a=1
--- error_log
--- no_error_log
[alert]
--- response_body
here: bad argument #1 to 'get_body_data' (number expected, got table)
here: bad argument #1 to 'set_body_data' (string expected, got nil)
here: bad argument #1 to 'set_body_file' (string expected, got table)
here: bad argument #2 to 'set_body_file' (boolean expected, got number)
here: stat() "/does/not/exist" failed
here: bad argument #1 to 'init_body' (number expected, got string)
here: bad size argument: -1
here: bad argument #1 to 'append_body' (string expected, got table)
here: bad argument #1 to 'get_post_args' (number expected, got string)



=== a body must have been read before it is replaced
--- lua
fails(ngx.req.set_body_data, "x")
fails(ngx.req.set_body_file, "/x")
fails(ngx.req.init_body)
fails(ngx.req.append_body, "x")
fails(ngx.req.finish_body)
--- request
POST /t
a=1
--- response_body
request body not read yet
request body not read yet
request body not read yet
request_body not initialized
request_body not initialized



=== the body of a request is still there in the log phase
--- config
    location = /log {
        content_by_lua_block {
            ngx.req.read_body()
            ngx.say("ok")
        }
        log_by_lua_block {
            ngx.log(ngx.WARN, "body: ", ngx.req.get_body_data())
        }
    }
--- request
POST /log
a=1
--- response_body
ok
--- error_log
body: a=1
