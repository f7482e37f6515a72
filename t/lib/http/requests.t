# resty.http: requests, bodies and responses, against this server.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $client = <<'END';
local http = require "resty.http"
local function connected()
    local httpc = http.new()
    httpc:set_timeout(5000)
    assert(httpc:connect { scheme = "http", host = "127.0.0.1", port = tonumber(ngx.var.server_port) })
    return httpc
end
local base = "http://127.0.0.1:" .. ngx.var.server_port
END
my $server = <<'END';
location = /echo {
    content_by_lua_block {
        ngx.req.read_body()
        local headers = ngx.req.get_headers()
        ngx.say(ngx.req.get_method(), " ", ngx.var.request_uri, " ", ngx.req.get_body_data() or "-")
        for _, name in ipairs { "host", "content-length", "transfer-encoding", "x-a", "connection" } do
            local value = headers[name]
            if value then
                ngx.say(name, ": ", type(value) == "table" and table.concat(value, "|") or value)
            end
        end
    }
}
location = /chunks {
    content_by_lua_block {
        for _, part in ipairs { "hello", "world" } do
            ngx.print(part)
            ngx.flush(true)
        end
    }
}
location = /none { return 204; }
location = /last { keepalive_timeout 0; return 200 "bye"; }
location = /large {
    content_by_lua_block {
        ngx.header.content_length = 300000
        ngx.print(("0123456789"):rep(30000))
    }
}
location = /fields {
    content_by_lua_block {
        ngx.header["X-Twice"] = { "1", "2" }
        ngx.header["X-Once"] = "3"
    }
}
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $client . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(config => $server . ($block->config // ''));
});
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== one call for all
--- lua
local httpc = http.new()
local res, err = httpc:request_uri(base .. "/echo?a=1", {
    method = "post",
    body = "hello",
    headers = { ["x-a"] = { 1, 2 } },
})
show(res.status, res.reason, res.has_body, res.headers["CONTENT-type"], err)
ngx.print(res.body)
ngx.print(httpc:request_uri(base .. "/echo", { query = { b = 2 }, path = "/echo", keepalive = false }).body)
show(http.new():request_uri(base .. "/none").status)
--- response_body_like chop
^200 OK true text/plain
POST /echo\?a=1 hello
host: 127.0.0.1:\d+
content-length: 5
x-a: 1\|2
GET /echo\?b=2 -
host: 127.0.0.1:\d+
204
$



=== bodies: text, pieces, an iterator, chunks of the caller's own
--- lua
local httpc = connected()
local function send(body, headers)
    local res, err = httpc:request { method = "PUT", path = "/echo", body = body, headers = headers }
    show(res and res:read_body():gsub("\nhost: [^\n]*", ""):gsub("\n", " ") or err)
end
send("")
send({ "a", "bc", 1 })
local pieces = { "abc", "def" }
send(function()
    return table.remove(pieces, 1)
end, { ["Content-Length"] = 6 })
send("3\r\nabc\r\n0\r\n\r\n", { ["Transfer-Encoding"] = "chunked", ["Content-Length"] = 99 })
send({ "a", "bc" }, { Expect = "100-continue" })
show(httpc:set_keepalive())
--- response_body_like chop
^PUT /echo - content-length: 0\s+\d*
PUT /echo abc1 content-length: 4\s+\d*
PUT /echo abcdef content-length: 6\s+\d*
PUT /echo abc transfer-encoding: chunked\s+\d*
PUT /echo abc content-length: 3\s+\d*
1
$



=== bodies that cannot be sent
--- lua
local httpc = connected()
show(httpc:request { method = "POST", path = "/echo" })
httpc = connected()
show(httpc:request { method = "POST", path = "/echo", body = function() end })
httpc = connected()
show(httpc:request { method = "POST", path = "/echo", headers = { ["Content-Length"] = 5 }, body = function()
    return nil, "no more", "some"
end })
show(httpc:set_keepalive())
httpc.host = "unix:/nowhere"
show(connected().request({ sock = httpc.sock, host = "unix:/nowhere" }, {}))
--- response_body
nil Request body is nil but POST method expects a body. Use an empty string "" if you want to send an empty body.
nil Request body is a function but a length or chunked encoding is not specified
nil no more some
2 connection must be closed
nil Unable to generate a useful Host header for a unix domain socket. Please provide one.



=== reading in pieces: chunks
--- lua
local httpc = connected()
local reader = httpc:request { path = "/chunks" }.body_reader
for _, size in ipairs { 3, 100, 2, 2, 2 } do
    ngx.print(tostring(reader(size)), " ")
end
ngx.say(tostring(reader(5)))
show(reader())
show(httpc:set_keepalive())
--- response_body
hel lo wo rl d nil
nil can't resume a dead coroutine
1



=== reading in pieces: a body of known length
--- lua
local httpc = connected()
local reader = httpc:request { path = "/large" }.body_reader
local size, count = 0, 0
while true do
    local chunk = reader(8192)
    if not chunk then
        break
    end
    size, count = size + #chunk, count + 1
end
show(size, count, httpc:set_keepalive())
httpc = connected()
reader = httpc:request { path = "/large" }.body_reader
show(#reader(10), reader(-1))
show(httpc:set_keepalive())
--- response_body
300000 37 1
10
2 connection must be closed



=== responses without a body
--- lua
local httpc = connected()
local res = httpc:request { method = "HEAD", path = "/chunks" }
show(res.status, res.has_body, res:read_body() == "")
res = httpc:request { path = "/none" }
show(res.status, res.has_body, res.body_reader())
show(httpc:set_keepalive())
--- response_body
200 false true
204 false
1



=== header fields, repeated and in any case
--- lua
local res = http.new():request_uri(base .. "/fields")
show(res.headers["x-twice"], res.headers["X-ONCE"], res.headers.nothing)
for name in pairs(res.headers) do
    if name:lower() == "x-once" then
        show(name)
    end
end
local headers = require "resty.http_headers".new { ["X-A"] = 1 }
headers["x-a"] = 2
show(headers["X-a"], rawget(headers, "X-A"))
--- response_body
["1","2"] 3
X-Once
2 2



=== connections that end, and such as go on
--- lua
local httpc = connected()
show(httpc:request({ path = "/last" }):read_body())
show(httpc:set_keepalive())
httpc = connected()
show((httpc:request({ path = "/echo", version = 1.0 }):read_body():match("connection: [^\n]+")))
show(httpc:set_keepalive())
show(connected():get_reused_times() > 0)
--- response_body
bye
2 connection must be closed
connection: Keep-Alive
1
true



=== a pipeline
--- lua
local httpc = connected()
local responses = httpc:request_pipeline { { path = "/echo?1" }, { path = "/chunks" }, { path = "/none" } }
for _, res in ipairs(responses) do
    show(res.status, (res:read_body():match("^[^\n]*")))
end
show(httpc:set_keepalive())
show(connected():request_pipeline { { headers = { Expect = "100-continue" } } })
--- response_body
200 GET /echo?1 -
200 helloworld
204 
1
nil Cannot pipeline request specifying Expect: 100-continue



=== the caller's tables stay as they are
--- lua
local params = { headers = { ["X-A"] = "b" }, path = "/echo" }
http.new():request_uri(base, params)
local count = 0
for _ in pairs(params.headers) do
    count = count + 1
end
show(count, params.host, params.ssl_server_name)
--- response_body
1



=== without a socket
--- lua
local none = setmetatable({}, { __index = http })
for _, name in ipairs { "connect", "request", "set_timeout", "set_keepalive", "get_reused_times", "close", "read_response" } do
    show(name, none[name](none, {}))
end
--- response_body
connect nil not initialized
request nil not initialized
set_timeout nil not initialized
set_keepalive nil not initialized
get_reused_times nil not initialized
close nil not initialized
read_response nil not initialized
