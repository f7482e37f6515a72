# tcpsock:connect, bind, close, options; where sockets may be used.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== what connect answers
--- lua
local sock = ngx.socket.tcp()
joined(sock:connect("127.0.0.1", 1985))
joined(sock:connect("127.0.0.1", "1985"))
joined(sock:connect(peer_socket))
joined(sock:connect("127.0.0.1", 1))
joined(sock:connect("unix:/nowhere/at/all"))
joined(sock:connect("127.0.0.1"))
joined(sock:connect("127.0.0.1", 65536))
joined(sock:connect("127.0.0.1", -1))
joined(sock:connect("127.0.0.1:x", 80))
joined(sock:connect("", 80))
joined(sock:connect("nobody.example", 80))
joined(ngx.socket.connect("127.0.0.1", 1))
joined(type(ngx.socket.connect("127.0.0.1", 1985)))
--- response_body
1
1
1
nil|connection refused
nil|no such file or directory
nil|missing the port number
nil|bad port number: 65536
nil|bad port number: -1
nil|failed to parse host name "127.0.0.1:x": invalid port
nil|failed to parse host name "": no host
nil|no resolver defined to resolve "nobody.example"
nil|connection refused
table
--- error_log
connect() failed (111: Connection refused), upstream: 127.0.0.1:1(127.0.0.1), client: 127.0.0.1
connect() to unix:/nowhere/at/all failed (2: No such file or directory), upstream: unix:/nowhere/at/all(unix:/nowhere/at/all)



=== a name that cannot be resolved
--- config
resolver 127.0.0.1:1985;
resolver_timeout 100ms;
--- lua
local sock = ngx.socket.tcp()
local ok, err = sock:connect("nobody.example", 80)
joined(ok, (err:gsub("%(.*", "")))
joined(sock:send("x"))
--- response_body
nil|nobody.example could not be resolved 
nil|closed
--- error_log
attempt to send data on a closed socket



=== closing
--- lua
local sock = peer("abc")
joined(sock:close())
joined(sock:close())
joined(sock:receive())
joined(sock:getreusedtimes())
joined(sock:setkeepalive())
fails(sock.close)
fails(sock.close, sock, 1)
--- response_body
1
nil|closed
nil|closed
nil|closed
nil|closed
expecting 1 argument (including the object) but seen 0
expecting 1 argument (including the object) but seen 2
--- error_log
attempt to receive data on a closed socket



=== wrong arguments
--- lua
local sock = ngx.socket.tcp()
fails(sock.connect, sock)
fails(function () sock:connect({}, 80) end)
fails(function () sock:connect("127.0.0.1", 80, { pool = {} }) end)
fails(function () sock:connect("127.0.0.1", 80, { pool_size = 0 }) end)
fails(function () sock:connect("127.0.0.1", 80, { pool_size = "a" }) end)
fails(function () sock:connect("127.0.0.1", 80, { backlog = -1 }) end)
fails(ngx.socket.tcp, 1)
fails(sock.settimeout, sock)
fails(sock.settimeout, sock, 2 ^ 31)
fails(sock.settimeouts, sock, 1, 2)
fails(sock.settimeouts, sock, 1, 2, -1)
--- response_body
ngx.socket connect: expecting 2, 3, or 4 arguments (including the object), but seen 1
here: bad argument #1 to 'connect' (string expected, got table)
here: bad argument #3 to 'connect' (bad "pool" option type: table)
here: bad argument #3 to 'connect' (bad "pool_size" option value: 0)
here: bad argument #3 to 'connect' (bad "pool_size" option type: string)
here: bad argument #3 to 'connect' (bad "backlog" option value: -1)
expecting zero arguments, but got 1
ngx.socket settimeout: expecting 2 arguments (including the object) but seen 1
bad timeout value
ngx.socket settimeouts: expecting 4 arguments (including the object) but seen 3
bad timeout value



=== the local address
--- lua
local sock = ngx.socket.tcp()
joined(sock:bind("127.0.0.1"))
joined(sock:connect("127.0.0.1", 1985))
joined(sock:bind("nonsense"))
joined(sock:bind("127.0.0.1", 65536))
joined(sock:bind("127.0.0.1", {}))
fails(sock.bind, sock)
--- response_body
true
1
nil|bad address
nil|bad port number: 65536
nil|expecting port to be anumber but got type: table
expecting 2 or 3 arguments, but got 1



=== options of the socket
--- lua
local sock = ngx.socket.tcp()
fails(sock.getoption, sock, "keepalive")
sock:connect("127.0.0.1", 1985)
joined(sock:getoption("keepalive"), sock:setoption("keepalive", true), sock:getoption("keepalive"))
joined(sock:setoption("keepcnt", 3), sock:getoption("keepcnt"))
joined(sock:setoption("tcp-nodelay", 1), sock:getoption("tcp-nodelay"))
joined(sock:getoption())
joined(sock:setoption("sndbuf"))
joined(sock:setoption("what", 1))
joined(sock:getfd() > 2)
sock:close()
joined(sock:getoption("rcvbuf"))
joined(sock:getfd())
--- response_body
socket is never created nor connected
0|true|1
true|3
true|1
nil|missing the "option" argument
nil|missing the "value" argument
nil|unsupported option what
true
nil|closed
nil|closed



=== two threads read and write; others are told that the socket is busy
--- lua
local sock = peer("", { echo = 4 })
local reader = ngx.thread.spawn(function () return sock:receive(4) end)
joined(sock:receive(1))
joined(sock:close())
joined(sock:setkeepalive())
joined(sock:send("abcd"))
joined(ngx.thread.wait(reader))
--- response_body
nil|socket busy reading
nil|socket busy reading
nil|socket busy reading
4
true|abcd



=== a killed thread leaves no wait behind
--- lua
local sock = peer("abcd", { wait = 0.2 })
local reader = ngx.thread.spawn(function () return sock:receive(4) end)
ngx.thread.kill(reader)
joined(sock:receive(4))
--- response_body
abcd



=== a socket that two requests share
--- config
location = /other {
    content_by_lua_block {
        joined(pcall(shared.receive, shared))
        joined(pcall(shared.send, shared, "x"))
        joined(pcall(shared.close, shared))
        joined(pcall(shared.connect, shared, "127.0.0.1", 1985))
    }
}
--- lua
rawset(_G, "shared", peer("abc"))
ngx.print(ngx.location.capture("/other").body)
joined(shared:receive(3))
--- response_body
false|bad request
false|bad request
false|bad request
false|bad request
abc



=== phases in which there are no sockets
--- config
location = /t2 {
    set_by_lua_block $nothing { ngx.log(ngx.WARN, "set: ", select(2, pcall(ngx.socket.tcp))) }
    content_by_lua_block { ngx.exit(200) }
    header_filter_by_lua_block { ngx.log(ngx.WARN, "header: ", select(2, pcall(ngx.socket.udp))) }
    log_by_lua_block { ngx.log(ngx.WARN, "log: ", select(2, pcall(ngx.socket.connect, "127.0.0.1", 1))) }
}
--- request
GET /t2
--- lua
--- wait: 0.1
--- error_log
set: API disabled in the context of set_by_lua*
header: API disabled in the context of header_filter_by_lua*
--- no_error_log
[error]
