# Blocks about sockets: LuaCase blocks with somebody to talk to.
#
#     use Test::Nginx::Socket::Lua 'no_plan';
#     use PeerCase;
#
#     === a title that reads as a sentence
#     --- lua
#     local sock = peer("hello\n")           a connected socket; the peer sends these bytes, then closes
#     local sock = peer("hello\n", { step = 1 })    byte by byte
#     local sock = peer("hello\n", { wait = 0.2 })  so many seconds later
#     local sock = peer("ab", { hold = 1 })  only the first byte, the rest once it was sent one itself
#     local sock = peer("", { echo = 5 })    the peer sends back the 5 bytes that it is sent
#     joined(sock:receive())                   prints results, joined by "|"
#     --- response_body
#
# `peer_socket` is the path of the peer's unix socket, `peer_port` its port. What LuaCase gives is
# there too.
package PeerCase;

use strict;
use warnings;

use LuaCase;
use Test::Nginx::Socket::Lua ();

my $server = <<'END';
init_by_lua_block {
    peer_socket = "unix:$TEST_NGINX_HTML_DIR/peer.sock"

    function joined(...)
        local parts = {}
        for i = 1, select("#", ...) do
            parts[i] = tostring((select(i, ...)))
        end
        ngx.say(table.concat(parts, "|"))
    end

    -- Asks the peer, on a socket that is connected to it, for bytes.
    function ask_peer(sock, bytes, options)
        options = options or {}
        assert(sock:send({"GET /peer?", ngx.encode_args({
            bytes = bytes, step = options.step, wait = options.wait, echo = options.echo,
            hold = options.hold,
        }), " HTTP/1.1\r\nHost: peer\r\n\r\n"}))
    end

    function peer(bytes, options)
        local sock = ngx.socket.tcp()
        assert(sock:connect(peer_socket))
        ask_peer(sock, bytes, options)
        return sock
    end
}

server {
    listen unix:$TEST_NGINX_HTML_DIR/peer.sock;
    listen 127.0.0.1:1985;

    location = /peer {
        content_by_lua_block {
            local args = ngx.req.get_uri_args()
            local bytes = args.bytes
            local step = tonumber(args.step) or #bytes
            local client = assert(ngx.req.socket(true))
            ngx.sleep(tonumber(args.wait) or 0)
            if args.echo then
                bytes = client:receive(tonumber(args.echo))
                step = #bytes
            end
            local hold = tonumber(args.hold)
            if hold then
                client:send(bytes:sub(1, hold))
                client:receive(1)
                bytes = bytes:sub(hold + 1)
            end
            for i = 1, #bytes, step do
                client:send(bytes:sub(i, i + step - 1))
                ngx.sleep(0)
            end
        }
    }
}
END

Test::Nginx::Socket::Lua::add_block_preprocessor(sub {
    my $block = shift;
    my $mine = $server;
    my $dir = Test::Nginx::Util::html_dir();
    $mine =~ s/\$TEST_NGINX_HTML_DIR/$dir/g;
    $block->set_value(http_config => $mine . ($block->http_config // ''));
});

1;
