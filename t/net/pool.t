# Connection pools: setkeepalive, getreusedtimes, sizes, queues.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== a kept connection is used again, the newest first
--- http_config
lua_code_cache off;
--- lua
local function open()
    local sock = ngx.socket.tcp()
    assert(sock:connect("127.0.0.1", 1985))
    return sock
end
local a, b = open(), open()
local fa, fb = a:getfd(), b:getfd()
joined(a:getreusedtimes(), a:setkeepalive(), b:setkeepalive(10000, 10))
joined(a:getfd())
local c = open()
joined(c:getfd() == fb, c:getreusedtimes())
local d = open()
joined(d:getfd() == fa, d:getreusedtimes())
d:setkeepalive()
joined(open():getreusedtimes())
--- response_body
0|1|1
nil|closed
true|1
true|1
2



=== the least recently used one gives way
--- lua
local options = { pool = "two", pool_size = 2 }
local socks = {}
for i = 1, 3 do
    socks[i] = ngx.socket.tcp()
    assert(socks[i]:connect("127.0.0.1", 1985, options))
end
local first, last = socks[1]:getfd(), socks[3]:getfd()
for i = 1, 3 do socks[i]:setkeepalive() end
local fds = {}
for i = 1, 3 do
    socks[i]:connect("127.0.0.1", 1985, options)
    fds[i] = socks[i]:getreusedtimes()
end
joined(unpack(fds))
--- response_body
1|1|0



=== what cannot be kept
--- lua
local sock = peer("abc\ndef")
sock:receive()
joined(sock:setkeepalive())
joined(sock:receive("*a"))
joined(sock:setkeepalive())
fails(function () sock:setkeepalive("x") end)
fails(function () sock:setkeepalive(1, {}) end)
fails(sock.setkeepalive)
local fresh = ngx.socket.tcp()
fresh:connect("127.0.0.1", 1985, { pool = "none yet" })
fails(function () fresh:setkeepalive(1, 0) end)
--- response_body
nil|unread data in buffer
def
nil|closed
here: bad argument #1 to 'setkeepalive' (number expected, got string)
here: bad argument #2 to 'setkeepalive' (number expected, got table)
expecting 1 to 3 arguments (including the object), but got 0
here: bad argument #2 to 'setkeepalive' (bad "pool_size" option value: 0)



=== a kept connection that its peer closes is not used again
--- lua
local sock = ngx.socket.tcp()
local options = { pool = "closing" }
sock:connect(peer_socket, options)
sock:connect("127.0.0.1", 1985, options)
ask_peer(sock, "x", { wait = 0.05 })
joined(sock:setkeepalive())
ngx.sleep(0.3)
sock:connect("127.0.0.1", 1985, options)
joined(sock:getreusedtimes())
--- response_body
1
0



=== the idle time
--- lua
local sock = ngx.socket.tcp()
local options = { pool = "short" }
sock:connect("127.0.0.1", 1985, options)
sock:setkeepalive(1)
ngx.sleep(0.2)
sock:connect("127.0.0.1", 1985, options)
joined(sock:getreusedtimes())
--- response_body
0



=== with a backlog, connects wait for their turn
--- lua
local options = { pool = "queue", pool_size = 1, backlog = 1 }
local function connect()
    local sock = ngx.socket.tcp()
    local ok, err = sock:connect("127.0.0.1", 1985, options)
    return ok and sock, err
end
local first = connect()
local waiting = ngx.thread.spawn(function ()
    local sock = connect()
    return sock:getreusedtimes(), sock:close()
end)
joined(select(2, connect()))
joined(first:setkeepalive())
joined(ngx.thread.wait(waiting))
joined(connect():close())
--- response_body
too many waiting connect operations
1
true|1|1
1



=== one that waits too long, one whose thread is killed
--- lua
local options = { pool = "full", pool_size = 1, backlog = 2 }
local first = ngx.socket.tcp()
first:connect("127.0.0.1", 1985, options)
local sock = ngx.socket.tcp()
sock:settimeout(20)
joined(sock:connect("127.0.0.1", 1985, options))
local killed = ngx.thread.spawn(function ()
    ngx.socket.tcp():connect("127.0.0.1", 1985, options)
end)
ngx.thread.kill(killed)
joined(first:close())
joined(sock:connect("127.0.0.1", 1985, options))
--- response_body
nil|timeout
1
1
--- error_log
lua tcp socket queued connect timed out, when trying to connect to 127.0.0.1:1985
