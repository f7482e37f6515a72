# ngx.req.socket of stream servers over TCP.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

# An echo server behind the one under test.
$ENV{TEST_NGINX_ECHO} = 'server { listen 127.0.0.2:12399; content_by_lua_block {
    local sock = assert(ngx.req.socket())
    local data = sock:receive("*a")
    ngx.print("behind: ", data)
} }';

repeat_each(2);
run_tests();

__DATA__

=== lines, sizes and the rest
--- lua
local sock = assert(ngx.req.socket(true))
ngx.say("line: ", sock:receive())
ngx.say("size: ", sock:receive(3))
ngx.say("any: ", #sock:receiveany(2))
local to = sock:receiveuntil("--")
ngx.say("until: ", to())
ngx.say("all: ", sock:receive("*a"))
ngx.say(sock:receive(1))
--- stream_request eval
"one\r\ntwoabcd--the rest"
--- shutdown: 1
--- stream_response
line: one
size: two
any: 2
until: cd
all: the rest
nilclosed



=== what the socket sends and what is said come in order
--- lua
local sock = assert(ngx.req.socket())
ngx.say("a")
assert(sock:send({ "b", { 1, "\n" } }) == 3)
ngx.say("c")
sock:send("d\n")
--- stream_response
a
b1
c
d



=== a second socket is refused
--- lua
local sock = assert(ngx.req.socket())
ngx.say(ngx.req.socket())
sock:settimeout(1000)
--- stream_response
nilduplicate call



=== a client that says nothing
--- lua
local sock = assert(ngx.req.socket())
sock:settimeout(50)
ngx.say(sock:receive(1))
sock:settimeouts(1000, 1000, 40)
ngx.say(sock:receive())
--- stream_response
niltimeout
niltimeout
--- error_log
lua tcp socket read timed out
--- no_error_log
[alert]



=== one light thread reads, another writes
--- lua
local sock = assert(ngx.req.socket())
local reader = ngx.thread.spawn(function ()
    local line = sock:receive()
    ngx.sleep(0.01)
    return line .. " " .. sock:receive()
end)
local writer = ngx.thread.spawn(function ()
    sock:send("hello\n")
end)
ngx.thread.wait(writer)
local _, text = ngx.thread.wait(reader)
ngx.say(text)
--- stream_request eval
"first\nsecond\n"
--- keep_newline
--- stream_response
hello
first second



=== a thread cannot read while another does
--- lua
local sock = assert(ngx.req.socket())
local reader = ngx.thread.spawn(function () return sock:receive(10) end)
ngx.say(sock:receive(1))
ngx.thread.kill(reader)
--- stream_response
nilsocket busy reading



=== peek shows the beginning and leaves it there
--- stream_server_config
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        ngx.ctx.peeked = sock:peek(3) .. "," .. sock:peek(5)
    }
    content_by_lua_block {
        local sock = assert(ngx.req.socket())
        ngx.say(ngx.ctx.peeked, " then ", sock:receive())
        ngx.say(select(2, pcall(sock.peek, sock, 1)))
    }
--- stream_request eval
"hello world\n"
--- keep_newline
--- stream_response
hel,hello then hello world
API disabled in the context of content_by_lua*



=== peek waits for bytes that come late
--- stream_server_config
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        local thread = ngx.thread.spawn(function ()
            ngx.sleep(0.01)
            return "thread"
        end)
        ngx.ctx.peeked = sock:peek(6)
        ngx.ctx.waited = select(2, ngx.thread.wait(thread))
    }
    content_by_lua_block { ngx.say(ngx.ctx.peeked, " ", ngx.ctx.waited) }
--- stream_request eval
["abc", "def"]
--- raw_request_middle_delay: 0.1
--- stream_response
abcdef thread



=== what was received cannot be peeked at
--- stream_server_config
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        sock:receive(1)
        ngx.say(select(2, pcall(sock.peek, sock, 1)))
        ngx.exit(200)
    }
    return "never";
--- stream_request: abc
--- stream_response_like: attempt to peek on a consumed socket



=== preread takes a line, the proxy passes on the rest
--- stream_config eval: $ENV{TEST_NGINX_ECHO}
--- stream_server_config
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        ngx.say("preread: ", sock:receive())
    }
    proxy_half_close on;
    proxy_pass 127.0.0.2:12399;
--- stream_request eval
"first line\nsecond line\n"
--- keep_newline
--- shutdown: 1
--- stream_response
preread: first line
behind: second line



=== a peek at the beginning, and the proxy passes on all
--- stream_config eval: $ENV{TEST_NGINX_ECHO}
--- stream_server_config
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        ngx.log(ngx.WARN, "peeked: ", sock:peek(5))
    }
    proxy_half_close on;
    proxy_pass 127.0.0.2:12399;
--- stream_request eval
"first line\nsecond line\n"
--- keep_newline
--- shutdown: 1
--- stream_response
behind: first line
second line
--- error_log
peeked: first



=== more than the preread buffer holds cannot be peeked at
--- stream_server_config
    preread_buffer_size 4;
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        sock:peek(10)
        ngx.log(ngx.WARN, "never")
    }
    return "never";
    log_by_lua_block { ngx.log(ngx.WARN, "status: ", ngx.status) }
--- stream_request: 0123456789
--- stream_response
--- wait: 0.1
--- error_log
preread buffer full
status: 400
--- no_error_log
never



=== a peek gives up with preread_timeout
--- stream_server_config
    preread_timeout 50ms;
    preread_by_lua_block {
        local sock = assert(ngx.req.socket())
        sock:peek(10)
        ngx.log(ngx.WARN, "never")
    }
    return "never";
    log_by_lua_block { ngx.log(ngx.WARN, "status: ", ngx.status) }
--- stream_request: 01
--- stream_response
--- wait: 0.1
--- error_log
status: 200
--- no_error_log
never



=== shutdown ends what is sent, not what is received
--- lua
local sock = assert(ngx.req.socket())
sock:receive(1) -- the client has sent all
ngx.say("last")
ngx.log(ngx.WARN, "shutdown: ", sock:shutdown("send"))
local again, why = sock:shutdown("send")
ngx.log(ngx.WARN, "again: ", again, " ", why)
local said, err = ngx.say("more")
ngx.log(ngx.WARN, "say: ", said, " ", err)
local sent, failure = sock:send("more")
ngx.log(ngx.WARN, "send: ", sent, " ", failure)
ngx.log(ngx.WARN, "received: ", sock:receive())
--- stream_request eval
">input\n"
--- keep_newline
--- stream_response
last
--- wait: 0.1
--- error_log
shutdown: 1
again: nil already shutdown
say: nil seen eof
send: nil closed
received: input
--- no_error_log
[alert]



=== a socket belongs to its session
--- stream_config
    init_by_lua_block { package.loaded.kept = {} }
--- lua
local kept = require "kept"
if kept.sock then
    ngx.say(select(2, pcall(kept.sock.receive, kept.sock, 1)) or "closed")
else
    kept.sock = assert(ngx.req.socket())
    ngx.say("kept")
end
--- stream_response_like: ^(?:kept|closed|.*bad request)$
--- no_error_log
[alert]



=== there is no socket where there is no client
--- lua
ngx.timer.at(0, function ()
    ngx.log(ngx.WARN, select(2, pcall(ngx.req.socket)))
end)
--- stream_response
--- wait: 0.2
--- error_log
API disabled in the context of ngx.timer
--- no_error_log
[error]



=== a client that closes in the middle
--- lua
local sock = assert(ngx.req.socket())
local data, err, partial = sock:receive(100)
ngx.log(ngx.WARN, "got: ", data, " ", err, " ", partial)
--- stream_request: abc
--- shutdown: 1
--- stream_response
--- error_log
got: nil closed abc
--- no_error_log
[alert]



=== a socket that another has replaced is closed
--- stream_server_config
    preread_by_lua_block { ngx.ctx.old = assert(ngx.req.socket()) }
    content_by_lua_block {
        assert(ngx.req.socket())
        collectgarbage()
        ngx.say(ngx.ctx.old:shutdown("send"))
    }
--- stream_response
nilclosed
