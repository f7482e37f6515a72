# ngx.req.socket: the rest of a request body, and the raw connection.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== the body, and the end of it
--- lua
local sock = assert(ngx.req.socket())
joined(sock:receive(3))
joined(sock:receive())
joined(sock:receive(5))
joined(sock:receive())
--- request
POST /t
abcdef
rest
--- response_body
abc
def
nil|closed|rest
nil|closed
--- error_log
attempt to receive data on a closed socket



=== a body that comes in pieces; the next request is not touched
--- config
location = /body {
    content_by_lua_block {
        local sock = assert(ngx.req.socket())
        local it = sock:receiveuntil("--")
        joined(it())
        joined(sock:receive("*a"))
    }
}
location = /next { return 200 "next\n"; }
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.1", ngx.var.server_port))
for _, part in ipairs { "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nab", "c--d",
                        "efGET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" } do
    sock:send(part)
    ngx.sleep(0.02)
end
local all = sock:receive("*a")
joined(all:match("abc"), all:match("def"), all:match("next"))
--- response_body
abc|def|next



=== a body that is not read to its end ends the connection
--- config
location = /body {
    content_by_lua_block {
        joined(ngx.req.socket():receive(2))
    }
}
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.1", ngx.var.server_port))
sock:send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabcd")
local all = sock:receive("*a")
joined(all:match("ab"))
--- response_body
ab



=== a client that leaves in the middle of its body
--- config
location = /body {
    content_by_lua_block {
        ngx.log(ngx.WARN, "result: ", table.concat({ select(2, ngx.req.socket():receive(8)) }, "|"))
    }
}
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.1", ngx.var.server_port))
sock:send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nabc")
ngx.sleep(0.05)
sock:close()
ngx.sleep(0.1)
--- response_body
--- wait: 0.2
--- error_log
result: client aborted|abc



=== there is none
--- lua
joined(ngx.req.socket())
fails(ngx.req.socket, false, 1)
--- response_body
nil|no body
expecting 0 or 1 argument, but got 2



=== it was read already
--- lua
ngx.req.read_body()
joined(ngx.req.socket())
--- request
POST /t
abc
--- response_body
nil|request body already exists



=== it was taken already
--- lua
assert(ngx.req.socket())
joined(ngx.req.socket())
--- request
POST /t
abc
--- response_body
nil|request body already exists



=== what a body socket cannot do
--- lua
local sock = assert(ngx.req.socket())
joined(sock.send, sock.close, sock.connect, sock.setkeepalive)
--- request
POST /t
abc
--- response_body
nil|nil|nil|nil



=== raw: everything is the handler's
--- config
location = /raw {
    content_by_lua_block {
        local sock = assert(ngx.req.socket(true))
        joined(ngx.req.socket(true))
        local ok, err = ngx.say("x")
        local line = sock:receive()
        sock:send({ "HTTP/1.1 200 OK\r\nContent-Length: 40\r\nConnection: close\r\n\r\n",
                    ("%-40s"):format(line .. "|" .. tostring(ok) .. "|" .. err) })
    }
}
--- raw_request eval
"POST /raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nhello\r\n"
--- response_body chomp
hello|nil|raw request socket acquired   
