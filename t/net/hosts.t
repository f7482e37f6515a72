# Sockets of handlers that serve no request, and of handlers that end.
use Test::Nginx::Socket::Lua 'no_plan';
use PeerCase;

repeat_each(2);
run_tests();

__DATA__

=== a timer uses sockets; they close with it
--- lua
local result
assert(ngx.timer.at(0, function ()
    local sock = peer("hello\nrest")
    result = { sock:receive(), sock }
end))
repeat ngx.sleep(0.01) until result
ngx.sleep(0.01)
joined(result[1])
joined(result[2]:receive())
--- response_body
hello
nil|closed
--- error_log
attempt to receive data on a closed socket
--- no_error_log
[alert]



=== a request that ends with a socket open closes it
--- config
location = /victim {
    content_by_lua_block {
        kept = peer("", { wait = 5 })
        ngx.thread.spawn(function () kept:receive() end)
        ngx.exit(200)
    }
}
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.1", ngx.var.server_port))
sock:send("GET /victim HTTP/1.0\r\n\r\n")
sock:receive("*a")
joined(kept:receive())
joined(kept:close())
--- response_body
nil|closed
nil|closed
--- error_log
attempt to receive data on a closed socket



=== sockets that the collector takes are closed
--- lua
local function fds()
    local list = io.popen("ls /proc/" .. ngx.worker.pid() .. "/fd")
    local n = select(2, list:read("*a"):gsub("\n", ""))
    list:close()
    return n
end
local function use()
    for i = 1, 20 do
        local sock = ngx.socket.tcp()
        sock:connect("127.0.0.1", 1985)
        sock:receiveuntil("x")
    end
end
local before = fds()
use()
local during = fds()
collectgarbage()
collectgarbage()
ngx.sleep(0.05)
joined(during - before >= 20, fds() - before < 5)
--- response_body
true|true



=== an error in the handler closes them too
--- config
location = /victim {
    content_by_lua_block {
        kept = peer("", { wait = 5 })
        error("oops")
    }
}
--- lua
joined(ngx.location.capture("/victim").status)
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.1", ngx.var.server_port))
sock:send("GET /victim HTTP/1.0\r\n\r\n")
sock:receive("*a")
joined(kept:send("x"))
--- response_body
500
nil|closed
--- error_log
oops
attempt to send data on a closed socket
