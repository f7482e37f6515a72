# ngx.req: get_method, set_method, set_uri, set_uri_args, get_uri_args, is_internal.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== query arguments
--- lua
local args, err = ngx.req.get_uri_args()
ngx.say(args.a, " ", args["b c"], " ", tostring(args.flag), " ", args.list[1], tostring(args.list[2]), " ", args.none, " ", err)
--- request
GET /t?a=1+2&b%20c=%26&flag&=x&list=1&list
--- response_body
1 2 & true 1true nil nil



=== no query gives an empty table
--- lua
ngx.say(next(ngx.req.get_uri_args()))
ngx.var.args = ""
ngx.say(next(ngx.req.get_uri_args()))
ngx.var.args = "a=b"
ngx.say(ngx.req.get_uri_args().a)
--- response_body
nil
nil
b



=== a limit on arguments
--- lua
local args, err = ngx.req.get_uri_args(1)
ngx.say(args.a, args.b, " ", err)
args, err = ngx.req.get_uri_args(2)
ngx.say(args.a, args.b, " ", err)
args, err = ngx.req.get_uri_args(0)
ngx.say(args.a, args.b, " ", err)
--- request
GET /t?a=1&b=2
--- response_body
1nil truncated
12 nil
12 nil



=== a hundred arguments are the default limit
--- lua
local args, err = ngx.req.get_uri_args()
ngx.say(args.k100, " ", args.k101, " ", err)
args, err = ngx.req.get_uri_args(-1)
ngx.say(args.k100, " ", args.k101, " ", err)
args, err = ngx.req.get_uri_args(0)
ngx.say(args.k100, " ", args.k101, " ", err)
--- request eval
"GET /t?" . CORE::join '&', map { "k$_=$_" } 1 .. 101
--- response_body
100 nil truncated
100 nil truncated
100 101 nil



=== a table is emptied and used again
--- lua
local tab = { old = 1 }
local args = ngx.req.get_uri_args(0, tab)
ngx.say(args == tab, " ", tab.old, " ", tab.a)
ngx.var.args = ""
ngx.say(ngx.req.get_uri_args(0, tab) == tab, " ", next(tab))
--- request
GET /t?a=1
--- response_body
true nil 1
true nil



=== set_uri_args takes a string, a number or a table
--- lua
ngx.req.set_uri_args("a=b c\1\127\200&d")
ngx.say(ngx.var.args == "a=b%20c%01%7F\200&d")
ngx.req.set_uri_args(12.5)
ngx.say(ngx.var.args)
ngx.req.set_uri_args({ k = { "x y", true } })
ngx.say(ngx.var.args)
ngx.req.set_uri_args("")
ngx.say("[", ngx.var.args, "] ", ngx.var.is_args)
ngx.req.set_uri_args("x")
ngx.say(ngx.var.query_string, ngx.var.is_args, ngx.var.arg_x)
--- response_body
true
12.5
k=x%20y&k
[] 
x?nil



=== what set_uri_args refuses
--- lua
fails(ngx.req.set_uri_args)
fails(ngx.req.set_uri_args, "a", "b")
fails(ngx.req.set_uri_args, true)
fails(ngx.req.set_uri_args, nil)
fails(ngx.req.set_uri_args, { 1 })
fails(function () ngx.req.set_uri_args(ngx.null) end)
fails(function () ngx.req.set_uri_args({ a = print }) end)
--- response_body
expecting 1 argument but seen 0
expecting 1 argument but seen 2
bad argument #1 to '?' (string, number, or table expected, but got boolean)
bad argument #1 to '?' (string, number, or table expected, but got nil)
attempt to use a non-string key in the "args" option table
here: bad argument #1 to 'set_uri_args' (string, number, or table expected, but got userdata)
here: attempt to use function as query arg value



=== set_uri without a jump changes the URI of this request
--- lua
ngx.req.set_uri("/other path")
ngx.say(ngx.var.uri, " ", ngx.var.request_uri, " ", ngx.var.args)
ngx.req.set_uri("/a\1b", false, true)
ngx.say(ngx.var.uri == "/a\1b")
--- request
GET /t?x=1
--- response_body
/other path /t?x=1 x=1
true



=== what set_uri refuses
--- lua
fails(ngx.req.set_uri)
fails(ngx.req.set_uri, "/", false, false, false)
fails(ngx.req.set_uri, nil)
fails(ngx.req.set_uri, "")
fails(ngx.req.set_uri, "/", 1)
fails(ngx.req.set_uri, "/", false, "yes")
fails(ngx.req.set_uri, "/", nil)
fails(ngx.req.set_uri, "/a\1\"\\\200b")
fails(function () ngx.req.set_uri("/\0", false, false) end)
fails(function () ngx.req.set_uri("/", true) end)
fails(ngx.req.set_uri, 12)
--- response_body
expecting 1, 2 or 3 arguments but seen 0
expecting 1, 2 or 3 arguments but seen 4
bad argument #1 to '?' (string expected, got nil)
attempt to use zero-length uri
bad argument #2 to '?' (boolean expected, got number)
bad argument #3 to '?' (boolean expected, got string)
bad argument #2 to '?' (boolean expected, got nil)
unsafe byte "0x01" in uri "/a\x01\x22\x5C\xC8b" (maybe you want to set the 'binary' argument?)
here: unsafe byte "0x00" in uri "/\x00" (maybe you want to set the 'binary' argument?)
here: API disabled in the context of content_by_lua*
no error



=== a jump searches the location again and does not return
--- config
    location = /t {
        rewrite_by_lua_block {
            ngx.req.set_uri("/target", true)
            ngx.log(ngx.ERR, "went on")
        }
        content_by_lua_block {
            ngx.say("not here")
        }
    }
    location = /target {
        content_by_lua_block {
            ngx.say(ngx.var.uri, " ", ngx.var.args, " ", ngx.req.is_internal())
        }
    }
--- request
GET /t?a=1
--- response_body
/target a=1 true
--- no_error_log
went on
[error]



=== methods by name
--- lua
ngx.print(ngx.req.get_method(), " ")
for _, id in ipairs { ngx.HTTP_PUT, ngx.HTTP_PATCH, ngx.HTTP_TRACE, ngx.HTTP_GET } do
    ngx.req.set_method(id)
    ngx.print(ngx.req.get_method(), " ")
end
ngx.say(ngx.var.request_method)
--- response_body
GET PUT PATCH TRACE GET GET



=== a method that nginx does not know keeps its name
--- lua
ngx.say(ngx.req.get_method())
--- request
BLAH /t
--- response_body
BLAH



=== what set_method refuses
--- lua
fails(function () ngx.req.set_method("GET") end)
fails(function () ngx.req.set_method(0x20000000) end)
--- response_body
here: bad method number
here: unsupported HTTP method: 536870912



=== a request of a client is not internal
--- lua
ngx.say(ngx.req.is_internal(), ngx.is_subrequest)
--- response_body
falsefalse
