# ngx.header, ngx.resp.get_headers, ngx.headers_sent, ngx.status, and the module ngx.resp.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== a header is set, read and removed
--- lua
ngx.header["X-One"] = "1"
ngx.header.x_two = 2
ngx.header["X-Gone"] = "x"
ngx.header["x-gone"] = nil
ngx.say(ngx.header["x-one"], " ", ngx.header["X-Two"], " ", ngx.header.X_TWO, " ", ngx.header["X-Gone"])
--- response_headers
X-One: 1
x-two: 2
!X-Gone
--- response_body
1 2 2 nil



=== an array makes several headers and is read as one
--- lua
local values = { "a=1", 2 }
ngx.header["Set-Cookie"] = values
ngx.header["X-List"] = { "x", "y" }
local cookies = ngx.header["set-cookie"]
ngx.header["X-List"] = {}
ngx.say(cookies[1], " ", cookies[2], " ", #cookies, " ", type(values[2]))
ngx.say(ngx.header["X-List"])
--- raw_response_headers_like: Set-Cookie: a=1\r\nSet-Cookie: 2\r\n
--- response_body
a=1 2 2 string
nil



=== a Location without host goes out as it is
--- lua
ngx.header["Location"] = "http://example.com/"
ngx.header["Location"] = "/elsewhere"
ngx.status = 201
ngx.say(ngx.header.location)
--- error_code: 201
--- response_headers
Location: /elsewhere
--- response_body
/elsewhere



=== values and names that could split the response are escaped
--- lua
ngx.header["X-A\r\nX-B"] = "1\r\nX-C: 2"
ngx.say("ok")
--- raw_response_headers_like: X-A%0D%0AX-B: 1%0D%0AX-C: 2\r\n
--- response_body
ok



=== Content-Type is kept as it is written, or left out
--- lua
ngx.header.content_type = "text/css; charset=x"
ngx.say(ngx.header["Content-Type"])
--- response_headers
Content-Type: text/css; charset=x
--- response_body
text/css; charset=x



=== no Content-Type at all
--- lua
ngx.header.content_type = nil
ngx.say("ok")
--- response_headers
!Content-Type
--- response_body
ok



=== Content-Length as given
--- lua
ngx.header.content_length = 3
ngx.say("ok")
--- response_headers
Content-Length: 3
!Transfer-Encoding
--- response_body
ok



=== a header that comes too late is logged
--- lua
ngx.say("sent")
ngx.header["X-Late"] = "x"
ngx.status = 404
ngx.say(ngx.headers_sent)
--- response_headers
!X-Late
--- response_body
sent
true
--- error_log
attempt to set ngx.header.HEADER after sending out response headers
attempt to set ngx.status after sending out response headers



=== headers_sent tells before and after
--- lua
local before = ngx.headers_sent
ngx.send_headers()
ngx.say(before, " ", ngx.headers_sent)
--- response_body
false true



=== the status
--- lua
local before = ngx.status
ngx.status = "201.7"
ngx.say(before, " ", ngx.status)
--- error_code: 201
--- response_body
0 201



=== all response headers in a table
--- lua
ngx.header["X-One"] = "1"
ngx.header["X-Many"] = { "a", "b" }
ngx.header.content_type = "text/css"
local headers, err = ngx.resp.get_headers()
ngx.say(headers["x-one"], " ", headers.X_One, " ", table.concat(headers["X-Many"], ","), " ", headers["content-type"], " ", headers.connection, " ", err)
local raw = ngx.resp.get_headers(0, true)
ngx.say(raw["X-One"], " ", raw["x-one"], " ", getmetatable(raw))
local _, cut = ngx.resp.get_headers(1)
ngx.say(cut)
fails(ngx.resp.get_headers, {})
--- response_body_like chop
\A1 1 a,b text/css (?:close|keep-alive) nil
1 nil nil
truncated
bad argument #1 to '\?' \(number expected, got table\)
\z



=== add_header keeps what is there
--- lua
local resp = require "ngx.resp"
ngx.header["X-List"] = "a"
resp.add_header("X-List", "b")
resp.add_header("X-List", { "c", 4 })
resp.add_header("X-List", {})
ngx.say(table.concat(ngx.header["X-List"], ","))
fails(function () resp.add_header("X-List", nil) end)
--- response_body
a,b,c,4
here: invalid header value



=== unknown keys of ngx are plain fields
--- lua
ngx.say(ngx.no_such_thing)
ngx.mine = 3
ngx.say(ngx.mine)
ngx.mine = nil
--- response_body
nil
3
