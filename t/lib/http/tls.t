# resty.http, resty.websocket: TLS, and tunnels through a proxy.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

# A certificate of our own making, for localhost.
my $dir = $ENV{T_DIR};
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
    . "-keyout $dir/key.pem -out $dir/cert.pem 2> $dir/openssl.log") == 0 or die "no certificate\n";

my $http_config = <<"END";
lua_socket_log_errors off;
lua_ssl_trusted_certificate $dir/cert.pem;
server {
    listen 17443 ssl;
    ssl_certificate $dir/cert.pem;
    ssl_certificate_key $dir/key.pem;
    ssl_client_certificate $dir/cert.pem;
    ssl_verify_client optional;
    location = /t { return 200 "secret \$ssl_server_name \$ssl_client_verify"; }
    location = /ws {
        content_by_lua_block {
            local wb = require "resty.websocket.server":new()
            wb:send_text(wb:recv_frame())
        }
    }
}
END
# Takes a CONNECT with the right authorization and passes everything on.
my $proxy = <<'END';
stream {
    lua_socket_log_errors off;
    server {
        listen 17080;
        content_by_lua_block {
            local down, up = ngx.req.socket(true), ngx.socket.tcp()
            local head = down:receiveuntil("\r\n\r\n")()
            local host, port = head:match("^CONNECT ([^:]+):(%d+) HTTP/1.1\r\n")
            if not head:find("Proxy%-Authorization: Basic x") then
                return down:send("HTTP/1.1 407 Who are you?\r\nContent-Length: 0\r\n\r\n")
            end
            assert(up:connect(host, tonumber(port)))
            down:send("HTTP/1.1 200 Connected\r\n\r\n")
            local function pass(from, to)
                while true do
                    local data = from:receiveany(4096)
                    if not data or not to:send(data) then
                        return
                    end
                end
            end
            ngx.thread.wait(ngx.thread.spawn(pass, down, up), ngx.thread.spawn(pass, up, down))
        }
    }
}
END
my $client = <<'END';
local http = require "resty.http"
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $client . $block->lua);
    $block->set_value(http_config => $http_config);
    $block->set_value(main_config => $proxy);
});
no_long_string();
run_tests();

__DATA__

=== certificates are checked, names too
--- lua
local function get(options)
    options.scheme, options.host, options.port = "https", "127.0.0.1", 17443
    local httpc = http.new()
    httpc:set_timeout(5000)
    local ok, err = httpc:connect(options)
    if not ok then
        return nil, err
    end
    local body = httpc:request({ path = "/t" }):read_body()
    local reused = httpc:get_reused_times()
    httpc:set_keepalive()
    return body, reused
end
show(get { ssl_server_name = "localhost" })
show(get { ssl_server_name = "localhost" })
show(get { ssl_server_name = "elsewhere" })
show(get { ssl_server_name = "elsewhere", ssl_verify = false })
show(get { ssl_server_name = "localhost", ssl_verify = false })
--- response_body
secret localhost NONE 0
secret localhost NONE 1
nil certificate host mismatch
secret elsewhere NONE 0
secret localhost NONE 0



=== a proxy that refuses the tunnel
--- config
error_page 405 = /refused;
location = /refused { return 403; }
--- lua
local httpc = http.new()
httpc:set_timeout(5000)
httpc:set_proxy_options { https_proxy = "http://127.0.0.1:" .. ngx.var.server_port }
show(httpc:request_uri("https://127.0.0.1:17443/t", { ssl_verify = false }))
--- response_body_like: ^nil failed to establish a tunnel through a proxy: 40\d$



=== a proxy that opens the tunnel, and one that wants to know more
--- lua
local function get(authorization)
    local httpc = http.new()
    httpc:set_timeout(5000)
    httpc:set_proxy_options {
        https_proxy = "http://127.0.0.1:17080",
        https_proxy_authorization = authorization,
    }
    local res, err = httpc:request_uri("https://127.0.0.1:17443/t", {
        ssl_server_name = "localhost",
        keepalive_timeout = 10000,
    })
    return res and res.body or err
end
show(get("Basic x"))
show(get("Basic x"))
show(get("Basic y"))
--- response_body
secret localhost NONE
secret localhost NONE
failed to establish a tunnel through a proxy: 407



=== WebSocket over TLS
--- lua
local wb = require "resty.websocket.client":new()
wb:set_timeout(5000)
local ok, err, head = wb:connect("wss://127.0.0.1:17443/ws", { server_name = "localhost", ssl_verify = true })
show(ok, err, head:match("^[^\r]+"))
wb:send_text("hello")
show(wb:recv_frame())
wb = require "resty.websocket.client":new()
show(wb:connect("wss://127.0.0.1:17443/ws", { server_name = "elsewhere", ssl_verify = true }))
--- response_body
1 nil HTTP/1.1 101 Switching Protocols
hello text
nil ssl handshake failed: certificate host mismatch
