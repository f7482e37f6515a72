# ngx.exit, redirect, exec, sleep: what they refuse, and the plain cases.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== exit with a status does not return
--- lua
pcall(ngx.exit, 404)
ngx.log(ngx.ERR, "went on")
--- error_code: 404
--- response_body_like: 404 Not Found
--- no_error_log
went on



=== exit keeps what was said
--- lua
ngx.status = 201
ngx.say("made")
ngx.exit(200)
--- error_code: 201
--- response_body
made



=== exit refuses two codes
--- lua
fails(function () ngx.exit(ngx.AGAIN) end)
fails(function () ngx.exit(ngx.DONE) end)
--- response_body
here: bad argument to 'ngx.exit': does not accept NGX_AGAIN or NGX_DONE
here: bad argument to 'ngx.exit': does not accept NGX_AGAIN or NGX_DONE



=== a redirect is temporary unless said otherwise
--- lua
ngx.redirect("/elsewhere?a=b")
ngx.log(ngx.ERR, "went on")
--- error_code: 302
--- response_headers
Location: /elsewhere?a=b
--- response_body_like: 302 Found
--- no_error_log
went on



=== a permanent redirect
--- lua
ngx.redirect("http://example.com/x", "301")
--- error_code: 301
--- response_headers
Location: http://example.com/x
--- response_body_like: 301 Moved Permanently



=== what redirect refuses
--- lua
local out = {}
local function try(...)
    local _, err = pcall(ngx.redirect, ...)
    out[#out + 1] = err
end
try()
try("/", 302, 1)
try(nil)
try("/", 200)
try("/", "x")
try("/a\1\"\200b")
local _, err = pcall(function () ngx.redirect("/\0") end)
out[#out + 1] = (err:gsub("content_by_lua%(nginx.conf:%d+%):%d+", "here"))
ngx.say(table.concat(out, "\n"))
--- response_body
expecting one or two arguments
expecting one or two arguments
bad argument #1 to '?' (string expected, got nil)
only ngx.HTTP_MOVED_TEMPORARILY, ngx.HTTP_MOVED_PERMANENTLY, ngx.HTTP_PERMANENT_REDIRECT, ngx.HTTP_SEE_OTHER, and ngx.HTTP_TEMPORARY_REDIRECT are allowed
bad argument #2 to '?' (number expected, got string)
unsafe byte "0x01" in redirect uri "/a\x01\x22\xC8b"
here: unsafe byte "0x00" in redirect uri "/\x00"



=== too late for a redirect
--- lua
ngx.say("sent")
fails(ngx.redirect, "/")
fails(ngx.exec, "/")
--- response_body
sent
attempt to call ngx.redirect after sending out the headers
attempt to call ngx.exec after sending out response headers



=== exec goes to another location with arguments
--- config
    location = /target {
        content_by_lua_block {
            ngx.say(ngx.var.uri, " ", ngx.var.args, " ", ngx.req.is_internal(), " ", ngx.ctx.a)
        }
    }
--- lua
ngx.ctx.a = 1
ngx.exec("/target?x=1", "y=2")
ngx.log(ngx.ERR, "went on")
--- response_body
/target x=1&y=2 true nil



=== exec with a table, or a named location
--- config
    location = /target {
        content_by_lua_block { ngx.exec("@named") }
    }
    location @named {
        content_by_lua_block { ngx.say(ngx.var.uri, " ", ngx.var.args) }
    }
--- lua
ngx.exec("/target", { a = { 1, "b c" } })
--- response_body
/target a=1&a=b%20c



=== what exec refuses
--- lua
fails(ngx.exec)
fails(ngx.exec, "/", 1, 2)
fails(ngx.exec, nil)
fails(ngx.exec, "")
fails(function () ngx.exec("/", true) end)
--- response_body
expecting one or two arguments, but got 0
expecting one or two arguments, but got 3
bad argument #1 to '?' (string expected, got nil)
The uri argument is empty
here: bad argument #2 to 'exec' (string, number, or table expected, but got boolean)



=== sleep waits at least so long and returns nothing
--- lua
ngx.update_time()
local start = ngx.now()
local n = select("#", ngx.sleep(0.03))
ngx.update_time()
ngx.say(ngx.now() - start > 0.029, " ", n)
ngx.sleep(0)
ngx.sleep("0.001")
ngx.say("ok")
--- response_body
true 0
ok



=== what sleep refuses
--- lua
fails(ngx.sleep)
fails(ngx.sleep, 1, 2)
fails(ngx.sleep, nil)
fails(ngx.sleep, -1)
fails(function () ngx.sleep("x") end)
fails(ngx.sleep, -0.0001)
--- response_body
attempt to pass 0 arguments, but accepted 1
attempt to pass 2 arguments, but accepted 1
bad argument #1 to '?' (number expected, got nil)
invalid sleep duration "-1000"
here: bad argument #1 to 'sleep' (number expected, got string)
no error



=== an error page written in Lua keeps the status
--- config
    error_page 404 = /page;
    location = /page {
        content_by_lua_block { ngx.say("page: ", ngx.status) }
    }
--- lua
ngx.exit(404)
--- error_code: 404
--- response_body
page: 404
