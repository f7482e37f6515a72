# ngx.req: get_headers, set_header, clear_header, add_header (module ngx.req), raw_header.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== headers come with lower-case names, repeated ones as arrays
--- lua
local headers, err = ngx.req.get_headers()
ngx.say(headers["foo-bar"], " ", table.concat(headers.many, ","), " ", headers.host, " ", err)
--- more_headers
Foo-Bar: one
Many: 1
many: 2
MANY: 3
--- response_body
one 1,2,3 localhost nil



=== a name may be asked for in any case and with underscores
--- lua
local headers = ngx.req.get_headers()
ngx.say(headers["FOO-Bar"], headers.Foo_Bar, headers.foo_bar, " ", headers.none, " ", headers[1])
--- more_headers
Foo-Bar: x
--- response_body
xxx nil nil



=== raw names are left as they came and have no fall-back
--- lua
local headers = ngx.req.get_headers(nil, true)
ngx.say(headers["Foo-Bar"], " ", headers["foo-bar"], " ", headers.Foo_Bar, " ", getmetatable(headers))
--- more_headers
Foo-Bar: x
--- response_body
x nil nil nil



=== a limit cuts the list
--- lua
local function count(max)
    local headers, err = ngx.req.get_headers(max)
    local n = 0
    for _ in pairs(headers) do
        n = n + 1
    end
    ngx.say(max, ": ", n, " ", err)
end
count(1)
count(2)
count(0)
--- more_headers
A: 1
B: 2
--- response_body_like chop
\A1: 1 truncated
2: 2 truncated
0: [4-9] nil
\z



=== a hundred headers are the default limit
--- lua
local headers, err = ngx.req.get_headers()
local all, all_err = ngx.req.get_headers(0)
ngx.say(err, " ", all_err, " ", all["x-100"])
--- more_headers eval
CORE::join "\n", map { "X-$_: $_" } 1 .. 100
--- response_body
truncated nil 100



=== set_header replaces every instance, nil removes them
--- lua
ngx.req.set_header("Many", "new")
ngx.req.set_header("Gone", nil)
ngx.req.set_header("Added", 12)
ngx.req.set_header(5, true)
local headers = ngx.req.get_headers()
ngx.say(headers.many, " ", headers.gone, " ", headers.added, " ", headers["5"])
ngx.say(ngx.var.http_many, " ", ngx.var.http_gone, " ", ngx.var.http_added)
--- more_headers
Many: 1
Many: 2
Gone: soon
--- response_body
new nil 12 true
new nil 12



=== a table makes several headers, and has strings in it afterwards
--- lua
local values = { "a", 2, true }
ngx.req.set_header("X-List", values)
ngx.say(table.concat(ngx.req.get_headers()["x-list"], ","), " ", type(values[2]), type(values[3]))
ngx.req.set_header("X-List", {})
ngx.say(ngx.req.get_headers()["x-list"])
--- response_body
a,2,true stringstring
nil



=== clear_header removes all instances
--- lua
ngx.req.clear_header("many")
ngx.req.clear_header("none")
ngx.req.clear_header("user-agent")
ngx.say(ngx.req.get_headers().many, " ", ngx.var.http_many, " ", ngx.var.http_user_agent)
--- more_headers
Many: 1
Many: 2
User-Agent: tester
--- response_body
nil nil nil



=== add_header keeps what is there
--- lua
local req = require "ngx.req"
req.add_header("X-List", "b")
req.add_header("X-List", { "c", 4 })
ngx.say(table.concat(ngx.req.get_headers()["x-list"], ","))
--- more_headers
X-List: a
--- response_body
a,b,c,4



=== wrong arguments are the caller's fault
--- lua
local req = require "ngx.req"
fails(function () ngx.req.set_header(nil, "x") end)
fails(function () req.add_header(nil, "x") end)
fails(function () req.add_header("x", nil) end)
fails(function () req.add_header("x", {}) end)
--- response_body
here: bad 'name' argument: string expected, got nil
here: bad 'name' argument: string expected, got nil
here: bad 'value' argument: string or table expected, got nil
here: bad 'value' argument: non-empty table expected



=== line breaks cannot be smuggled in
--- lua
ngx.req.set_header("X-A\r\nX-B", "1\r\nX-C: 2")
local headers = ngx.req.get_headers(0, true)
for name, value in pairs(headers) do
    if name:sub(1, 2) == "X-" then
        ngx.say(name, "=", value)
    end
end
--- response_body
X-A%0D%0AX-B=1%0D%0AX-C: 2



=== parsed headers follow
--- lua
ngx.req.set_header("Host", "Example.COM:8080")
ngx.req.set_header("User-Agent", "x/1")
ngx.req.set_header("Content-Length", "0")
ngx.req.set_header("Cookie", "a=1; b=2")
ngx.say(ngx.var.host, " ", ngx.var.http_host, " ", ngx.var.http_user_agent, " ", ngx.var.content_length, " ", ngx.var.cookie_b)
--- response_body
example.com Example.COM:8080 x/1 0 2



=== the raw header
--- lua
ngx.print(ngx.req.raw_header())
ngx.print("--\n", ngx.req.raw_header(true))
ngx.say(ngx.req.http_version())
--- raw_request eval
"GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-Y:  z\r\n\r\n"
--- response_body eval
"GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-Y:  z\r\n\r\n"
. "--\nHost: localhost\r\nConnection: close\r\nx-Y:  z\r\n\r\n1.1\n"



=== HTTP/1.0 says so
--- lua
ngx.say(ngx.req.http_version())
--- raw_request eval
"GET /t HTTP/1.0\r\n\r\n"
--- response_body
1
