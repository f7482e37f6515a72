# ngx.socket.udp
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== a datagram there and one back
--- lua
local sock = ngx.socket.udp()
joined(sock:setpeername("127.0.0.1", 19232))
joined(sock:send({ "he", { "llo" } }))
joined(sock:receive())
joined(sock:close())
joined(sock:close())
joined(sock:send("x"))
--- udp_listen: 19232
--- udp_reply: an answer
--- response_body
1
1
an answer
1
nil|closed
nil|closed
--- error_log
attempt to send data on a closed socket: u:



=== the end of a long datagram is lost
--- lua
local sock = ngx.socket.udp()
sock:setpeername("127.0.0.1", 19232)
sock:send("x")
joined(sock:receive(4))
--- udp_listen: 19232
--- udp_reply: abcdefgh
--- response_body
abcd



=== nobody there, nobody answers
--- lua
local sock = ngx.socket.udp()
joined(sock:send("x"))
sock:setpeername("127.0.0.1", 19233)
sock:send("x")
joined(sock:receive())
sock:settimeout(20)
sock:setpeername("127.0.0.1", 19232)
joined(sock:receive())
--- udp_listen: 19232
--- udp_reply: to nobody
--- response_body_like
^nil\|closed
nil\|connection refused
nil\|timeout
--- error_log
recv() failed (111: Connection refused), upstream: 127.0.0.1:19233(127.0.0.1)
lua udp socket read timed out, upstream: 127.0.0.1:19232(127.0.0.1)



=== wrong arguments
--- lua
local sock = ngx.socket.udp()
fails(sock.setpeername, sock)
joined(sock:setpeername("127.0.0.1", 65536))
joined(sock:bind("nonsense"))
joined(sock:bind("127.0.0.1"))
fails(sock.bind, sock)
fails(sock.send, sock)
fails(sock.settimeout, sock)
fails(ngx.socket.udp, 1)
--- response_body
ngx.socket.udp setpeername: expecting 2 or 3 arguments (including the object), but seen 1
nil|bad port number: 65536
nil|bad address
true
expecting 2 arguments, but got 1
expecting 2 arguments (including the object), but got 1
ngx.socket settimeout: expecting at least 2 arguments (including the object) but seen 1
expecting zero arguments, but got 1
