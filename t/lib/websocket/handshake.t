# resty.websocket.server: which requests it takes.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => 'show(require "resty.websocket.server":new())') if !defined $block->lua;
});
repeat_each(2);
run_tests();

__DATA__

=== no upgrade
--- response_body
nil bad "upgrade" request header: nil



=== an upgrade to something else
--- more_headers
Upgrade: h2c
--- response_body
nil bad "upgrade" request header: h2c



=== no connection header
--- more_headers
Upgrade: WebSocket
Connection: close
--- response_body
nil bad "connection" request header



=== no key
--- more_headers
Upgrade: WebSocket
Connection: close, Upgrade
--- response_body
nil bad "sec-websocket-key" request header



=== another version
--- more_headers
Upgrade: WebSocket
Connection: Upgrade, close
Sec-WebSocket-Key: k
Sec-WebSocket-Version: 12
--- response_body
nil bad "sec-websocket-version" request header



=== HTTP/1.0
--- request
GET /t HTTP/1.0
--- response_body
nil bad http version



=== too late
--- lua
ngx.say("x")
ngx.flush(true)
show(require "resty.websocket.server":new())
--- response_body
x
nil response header already sent



=== frames as bytes
--- lua
local protocol = require "resty.websocket.protocol"
local to_hex = require "resty.string".to_hex
show(to_hex(protocol.build_frame(true, 1, 5, "Hello", false)))
show(to_hex(protocol.build_frame(false, 2, 256, ("x"):rep(256), false):sub(1, 5)))
show(to_hex(protocol.build_frame(true, 2, 65536, ("x"):rep(65536), false):sub(1, 11)))
show(protocol.build_frame(true, 2, 0x80000000, "", false))
local masked = protocol.build_frame(true, 1, 5, "Hello", true)
show(#masked, to_hex(masked:sub(1, 2)))
--- response_body
810548656c6c6f
027e010078
827f000000000001000078
nil payload too big
11 8185
