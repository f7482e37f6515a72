# resty.websocket: our client against our server.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $client = <<'END';
local client = require "resty.websocket.client"
local function connected(options, uri_options)
    local wb = client:new(options)
    wb:set_timeout(5000)
    assert(wb:connect("ws://127.0.0.1:" .. ngx.var.server_port .. "/echo", uri_options))
    return wb
end
END
my $echo = <<'END';
location = /echo {
    content_by_lua_block {
        local wb, err = require "resty.websocket.server":new {
            max_payload_len = tonumber(ngx.var.arg_max) or 20 * 1024 * 1024,
            timeout = 5000,
        }
        if not wb then
            return ngx.exit(444)
        end
        while true do
            local data, kind, err = wb:recv_frame()
            if not data then
                ngx.log(ngx.WARN, "server: ", err)
                return
            elseif kind == "close" then
                ngx.log(ngx.WARN, "server: closed with ", err, " ", data)
                return wb:send_close(1000, "good bye")
            elseif kind == "ping" then
                wb:send_pong(data)
            elseif kind == "continuation" then
                wb:send_frame(err ~= "again", 0, data)
            elseif kind == "binary" then
                wb:send_binary(data)
            elseif kind == "text" then
                wb:send_frame(err ~= "again", 1, data)
            end
        end
    }
}
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $client . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(config => $echo . ($block->config // ''));
});
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== payloads of all lengths, masked and not
--- lua
local wb = connected { max_payload_len = 100000 }
local same = 0
local lengths = { 0, 1, 2, 3, 4, 5, 7, 8, 125, 126, 127, 65535, 65536, 100000 }
for _, length in ipairs(lengths) do
    local text = ("0123456789abc"):rep(math.ceil(length / 13)):sub(1, length)
    local bytes = assert(wb:send_text(text))
    local head = length < 126 and 6 or length < 65536 and 8 or 14
    local data, kind, err = wb:recv_frame()
    same = same + (data == text and kind == "text" and err == nil and bytes == length + head and 1 or 0)
end
show(same == #lengths)
--- response_body
true



=== a message of 16 MB
--- lua
local wb = connected { max_payload_len = 20 * 1024 * 1024 }
local text = ("0123456789abcdef"):rep(1024 * 1024)
wb:send_binary(text)
local data, kind = wb:recv_frame()
show(#data, kind, data == text)
--- timeout: 20
--- response_body
16777216 binary true



=== fragments, with a control frame between them
--- lua
local wb = connected()
wb:send_frame(false, 1, "first ")
wb:send_ping("are you there?")
wb:send_frame(false, 0, "second ")
wb:send_frame(true, 0, "last")
for _ = 1, 4 do
    show(wb:recv_frame())
end
--- response_body
first  text again
are you there? pong
second  continuation again
last continuation



=== closing, with a status and without
--- lua
local wb = connected()
show(wb:send_close(1001, "leaving"))
show(wb:recv_frame())
show(wb:send_text("x"))
show(wb:close())
wb = connected()
show(wb:send_close())
show(wb:recv_frame())
wb = connected()
show(wb:close())
show(wb:send_close("x"))
show(wb:send_close(40000))
--- response_body
15
good bye close 1000
nil already closed
1
6
good bye close 1000
1
nil bad status code
nil bad status code
--- error_log
server: closed with 1001 leaving
server: closed with nil



=== what the server does not accept ends the connection
--- lua
local wb = connected { send_unmasked = true }
wb:send_text("x")
show(wb:recv_frame())
for _, frame in ipairs { "\xc1\x80abcd", "\x83\x80abcd", "\x8b\x80abcd", "\x09\x80abcd", "\x89\xfe\0\x7eabcd",
                         "\x81\xff\0\0\0\0\x80\0\0\0abcd", "\x88\x81\0\0\0\0x" } do
    wb = connected()
    wb.sock:send(frame)
    show(wb:recv_frame())
end
--- response_body
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
nil nil failed to receive the first 2 bytes: closed
--- error_log
server: frame unmasked
server: bad RSV1, RSV2, or RSV3 bits
server: reserved non-control frames
server: reserved control frames
server: fragmented control frame
server: too long payload for control frame
server: payload len too large
server: close frame with a body must carry a 2-byte status code



=== limits of the sender and of the receiver
--- lua
local wb = connected { max_send_len = 5, max_recv_len = 3 }
show(wb:send_text("123456"))
show(wb:send_text("1"))
show(wb:recv_frame())
wb = connected { max_recv_len = 3 }
show(wb:send_text("1234"))
show(wb:recv_frame())
show(wb:recv_frame())
wb = connected()
show(wb:send_ping(("x"):rep(126)))
wb = connected()
show(wb:send_frame(false, 9, "x"))
--- response_body
nil payload too big
nil fatal error already happened
nil nil fatal error already happened
10
nil nil exceeding max payload len
nil nil fatal error already happened
nil too much payload for control frame
nil fragmented control frame



=== a timeout is no end
--- lua
local wb = connected()
wb:set_timeout(20)
show(wb:recv_frame())
wb:set_timeout(5000)
wb:send_text("x")
show(wb:recv_frame())
--- response_body
nil nil failed to receive the first 2 bytes: timeout
x text



=== what the handshake carries
--- config
location = /head {
    content_by_lua_block {
        local head = ngx.req.raw_header()
        ngx.header.content_length = #head
        ngx.print(head)
    }
}
--- lua
local wb = client:new()
local uri = "ws://127.0.0.1:" .. ngx.var.server_port
local ok, err, head = wb:connect(uri .. "/echo", { protocols = { "a", "b" }, key = "dGhlIHNhbXBsZSBub25jZQ==" })
show(ok, err, head:match("^[^\r]+"), head:match("Accept: ([^\r]+)"), head:match("Protocol: ([^\r]+)"))
wb = client:new()
wb:connect(uri .. "/head?x", { key = "k", origin = "http://here", host = "there", headers = { "X-A: b" } })
ngx.print((wb.sock:receive(154):gsub("\r", "")))
--- response_body
1 nil HTTP/1.1 101 Switching Protocols s3pPLMBiTxaQ9kYGzzhZRbK+xOo= a,b
GET /head?x HTTP/1.1
Upgrade: websocket
Host: there
Sec-WebSocket-Key: k
Sec-WebSocket-Version: 13
Origin: http://here
Connection: Upgrade
X-A: b



=== misuse of the client
--- lua
local wb = client:new()
show(wb:connect("http://127.0.0.1"))
show(wb:connect("ws://127.0.0.1:1"))
show(wb:connect("ws://unix:/nowhere:/x"))
show(wb:connect("ws://127.0.0.1", { server_name = 1 }))
show(wb:connect("ws://127.0.0.1", { headers = 1 }))
show(wb:connect("ws://127.0.0.1", { host = 1 }))
show(wb:connect("ws://127.0.0.1", { key = 1 }))
fails(wb.connect, wb, "ws://127.0.0.1", { client_cert = 1 })
local none = setmetatable({}, { __index = client })
show(none:connect("ws://x"))
show(none:close())
show(none:set_keepalive())
show(none:send_text("x"))
show(none:recv_frame())
--- response_body
nil bad websocket uri
nil failed to connect: connection refused
nil failed to connect: no such file or directory
nil SSL server_name must be a string
nil custom headers must be a table
nil custom host header must be a string
nil custom Sec-WebSocket-Key must be a string
client_priv_key must be provided with client_cert
nil not initialized
nil not initialized
nil not initialized
nil not initialized yet
nil nil not initialized yet
--- error_log
connect() to unix:/nowhere failed
