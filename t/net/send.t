# tcpsock:send.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== strings, numbers, nil, booleans, nested tables
--- lua
local function sent(data, size)
    local sock = peer("", { echo = size })
    local n = sock:send(data)
    joined(n, sock:receive("*a"))
end
sent("abc", 3)
sent(12.5, 4)
sent(nil, 3)
sent(true, 4)
sent({ "a", 1, { "b", { 2 ^ 40 } }, "" }, 16)
joined(peer("", { echo = 0 }):send({}))
--- response_body
3|abc
4|12.5
3|nil
4|true
16|a1b1099511627776
0



=== a table of many strings goes out whole
--- lua
local parts = {}
for i = 1, 500 do parts[i] = ("%04d"):format(i) .. ("x"):rep(16) end
parts[501] = 7
local whole = table.concat(parts)
local sock = peer("", { echo = #whole })
joined(sock:send(parts), sock:receive("*a") == whole)
--- response_body
10001|true



=== more than the kernel takes at once
--- lua
local big = ("0123456789"):rep(200000)
local sock = peer("", { echo = 2 * #big })
local reader = ngx.thread.spawn(function () return #sock:receive("*a") end)
joined(sock:send({ big, big }))
joined(ngx.thread.wait(reader))
--- response_body
4000000
true|4000000
--- timeout: 20



=== a peer that does not read: the write half times out
--- config
lua_socket_send_timeout 50ms;
--- lua
local sock = peer("", { wait = 5 })
joined(sock:send(("x"):rep(20000000)))
joined(sock:send("x"))
--- response_body
nil|timeout
nil|closed
--- error_log
lua tcp socket write timed out
attempt to send data on a closed socket



=== wrong arguments
--- lua
local sock = peer("abc")
fails(sock.send, sock)
fails(function () sock:send({ "a", nil, "b" }) end)
fails(function () sock:send({ a = 1 }) end)
fails(function () sock:send({ true }) end)
fails(function () sock:send(ngx.null) end)
fails(function () sock:send(print) end)
fails(function () sock.send("x", "y") end)
--- response_body
expecting 2 arguments (including the object), but got 1
here: bad argument #1 to 'send' (bad data type nil found)
here: bad argument #1 to 'send' (non-array table found)
here: bad argument #1 to 'send' (bad data type boolean found)
here: bad argument #1 to 'send' (string, number, boolean, nil, or array table expected, got userdata)
here: bad argument #1 to 'send' (string, number, boolean, nil, or array table expected, got function)
here: bad argument #1 to 'send' (table expected, got string)
