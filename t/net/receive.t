# tcpsock:receive and receiveany.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== lines come without their end and without any CR
--- lua
local sock = peer("one\r\ntwo\nth\rree\r\n\r\nrest")
joined(sock:receive())
joined(sock:receive("*l"))
joined(sock:receive("*l"))
joined(sock:receive())
joined(sock:receive())
joined(sock:receive())
--- response_body
one
two
three

nil|closed|rest
nil|closed
--- error_log
attempt to receive data on a closed socket: u:



=== the same byte by byte, into a buffer of one byte
--- config
lua_socket_buffer_size 1;
--- lua
local sock = peer("one\r\ntwo\nth\rree\r\n\r\nrest", { step = 1 })
joined(sock:receive(), sock:receive("*l"), sock:receive("*l"), sock:receive())
joined(sock:receive())
--- response_body
one|two|three|
nil|closed|rest



=== sizes are exact, and nothing is lost between operations
--- lua
local sock = peer("abcdefghij\nk", { step = 3 })
joined(sock:receive(4), sock:receive("2"), sock:receive(0), sock:receive(), sock:receive(2))
--- response_body
abcd|ef||ghij|nil|closed|k



=== everything until the end is a success, even nothing
--- lua
local sock = peer("abc\r\n", { step = 1 })
local all = sock:receive("*a")
joined(#all, sock:receive("*a"))
joined(sock:receive())
--- response_body
5|
nil|closed|



=== more than a buffer
--- config
lua_socket_buffer_size 16;
--- lua
local sock = peer(("x"):rep(1000) .. "\n" .. ("y"):rep(1000))
joined(#sock:receive(), #sock:receive(600), #sock:receive("*a"))
--- response_body
1000|600|400



=== receiveany takes what is there, at most so much
--- lua
local sock = peer("abcdef")
joined(sock:receiveany(4))
joined(sock:receiveany(10))
joined(sock:receiveany(10))
joined(sock:receiveany(10))
--- response_body
abcd
ef
nil|closed|
nil|closed
--- error_log
attempt to receive data on a closed socket



=== a timeout gives back what came, and the next operation goes on
--- lua
local sock = peer("", { echo = 8 })
sock:settimeout(30)
sock:send("abcd")
joined(sock:receive(8))
sock:settimeout(5000)
sock:send("efgh")
joined(sock:receive(8))
--- response_body
nil|timeout|
abcdefgh
--- error_log
lua tcp socket read timed out, upstream: unix:



=== lua_socket_log_errors off keeps failures out of the log
--- config
lua_socket_log_errors off;
--- lua
local sock = peer("a", { wait = 0.2 })
sock:settimeout(10)
joined(sock:receive())
sock:close()
joined(sock:receive())
joined(sock:send("x"))
--- response_body
nil|timeout|
nil|closed
nil|closed



=== wrong arguments
--- lua
local sock = peer("abc")
fails(sock.receive)
fails(sock.receive, sock, 1, 2)
fails(sock.receive, "sock")
fails(function () sock:receive(-1) end)
fails(function () sock:receive("*x") end)
fails(function () sock:receive("what") end)
fails(function () sock:receive({}) end)
fails(function () sock:receive(nil) end)
fails(sock.receiveany, sock)
fails(function () sock:receiveany(0) end)
fails(function () sock:receiveany("x") end)
joined(sock:receive(3))
--- response_body
expecting 1 or 2 arguments (including the object), but got 0
expecting 1 or 2 arguments (including the object), but got 3
bad argument #1 to '?' (table expected, got string)
here: bad argument #1 to 'receive' (bad number argument)
here: bad argument #1 to 'receive' (bad pattern argument)
here: bad argument #1 to 'receive' (bad pattern argument: what)
here: bad argument #1 to 'receive' (bad argument)
here: bad argument #1 to 'receive' (bad argument)
expecting 2 arguments (including the object), but got 1
here: bad argument #1 to 'receiveany' (bad max argument)
here: bad argument #1 to 'receiveany' (bad max argument)
abc
