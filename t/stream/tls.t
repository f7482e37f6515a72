# Handlers of TLS handshakes in stream servers.
use Test::Nginx::Socket 'no_plan';
use StreamCase;
use File::Temp qw(tempdir);

# Certificates of this run.
my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;
for my $name ('one', 'two') {
    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$name.test"
        . " -keyout $dir/$name.key -out $dir/$name.crt 2>/dev/null") == 0
        or die "openssl failed\n";
    chmod 0644, "$dir/$name.key";
}
$ENV{TEST_NGINX_CERTS} = $dir;
env_to_nginx('TEST_NGINX_CERTS');

repeat_each(2);
run_tests();

__DATA__

=== the certificate handler picks by name, waits, and shares ngx.ctx
--- stream_config
    server {
        listen 127.0.0.2:12399 ssl;
        ssl_certificate $TEST_NGINX_CERTS/one.crt;
        ssl_certificate_key $TEST_NGINX_CERTS/one.key;
        ssl_certificate_by_lua_block {
            local ssl = require "ngx.ssl"
            ngx.sleep(0.01)
            ngx.ctx.name = ssl.server_name()
            ngx.log(ngx.WARN, "phase: ", ngx.get_phase())
            local function read(path)
                local file = assert(io.open(path))
                local text = file:read("*a")
                file:close()
                return text
            end
            local dir = os.getenv("TEST_NGINX_CERTS")
            assert(ssl.clear_certs())
            assert(ssl.set_cert(assert(ssl.parse_pem_cert(read(dir .. "/two.crt")))))
            assert(ssl.set_priv_key(assert(ssl.parse_pem_priv_key(read(dir .. "/two.key")))))
        }
        content_by_lua_block { ngx.say("hello ", ngx.ctx.name) }
    }
--- stream_server_config
    lua_ssl_trusted_certificate $TEST_NGINX_CERTS/two.crt;
    content_by_lua_block {
        local sock = ngx.socket.tcp()
        assert(sock:connect("127.0.0.2", 12399))
        local session = assert(sock:sslhandshake(nil, "two.test", true))
        ngx.say(type(session))
        ngx.say(sock:receive())
        sock:close()
        assert(sock:connect("127.0.0.2", 12399))
        ngx.say(type(assert(sock:sslhandshake(session, "two.test", true))))
    }
--- stream_response
userdata
hello two.test
userdata
--- error_log eval
qr/stream \[lua\] ssl_certificate_by_lua:5: phase: ssl_cert, context: ssl_certificate_by_lua\*, client: 127\.0\.0\.1, server: 127\.0\.0\.2:12399/



=== an error in the handler ends the handshake
--- stream_config
    ssl_certificate_by_lua_block { error("no certificate") }
    server {
        listen 127.0.0.2:12399 ssl;
        ssl_certificate $TEST_NGINX_CERTS/one.crt;
        ssl_certificate_key $TEST_NGINX_CERTS/one.key;
        return "never";
    }
--- stream_server_config
    content_by_lua_block {
        local sock = ngx.socket.tcp()
        assert(sock:connect("127.0.0.2", 12399))
        ngx.say(sock:sslhandshake(nil, "two.test", true))
    }
--- stream_response
nilhandshake failed
--- error_log
runtime error: ssl_certificate_by_lua:1: no certificate
--- no_error_log
[alert]



=== the ClientHello handler comes first
--- stream_config
    server {
        listen 127.0.0.2:12399 ssl;
        ssl_certificate $TEST_NGINX_CERTS/one.crt;
        ssl_certificate_key $TEST_NGINX_CERTS/one.key;
        ssl_client_hello_by_lua_block {
            local hello = require "ngx.ssl.clienthello"
            ngx.ctx.hello = hello.get_client_hello_server_name()
            if ngx.ctx.hello == "refused.test" then
                ngx.exit(ngx.ERROR)
            end
        }
        ssl_certificate_by_lua_block { ngx.ctx.cert = ngx.ctx.hello }
        content_by_lua_block { ngx.say(ngx.ctx.cert) }
    }
--- stream_server_config
    content_by_lua_block {
        for _, name in ipairs { "one.test", "refused.test" } do
            local sock = ngx.socket.tcp()
            assert(sock:connect("127.0.0.2", 12399))
            local ok, err = sock:sslhandshake(false, name, false)
            ngx.say(ok, " ", err, " ", ok and sock:receive())
        end
    }
--- stream_response
true nil one.test
nil handshake failed nil
--- no_error_log
[alert]



=== a plain session becomes TLS when Lua code says so
--- stream_config
    server {
        listen 127.0.0.2:12399;
        ssl_certificate $TEST_NGINX_CERTS/one.crt;
        ssl_certificate_key $TEST_NGINX_CERTS/one.key;
        content_by_lua_block {
            local sock = assert(ngx.req.socket())
            ngx.say("asked for ", sock:receive())
            local info = assert(sock:serversslhandshake())
            ngx.say(info.protocol:sub(1, 5), " ", #info.cipher > 0, " ", info.session_reused)
            assert(sock:serversslhandshake())
            sock:send("got: " .. sock:receive() .. "\n")
        }
    }
--- stream_server_config
    content_by_lua_block {
        local sock = ngx.socket.tcp()
        assert(sock:connect("127.0.0.2", 12399))
        sock:send("STARTTLS\n")
        ngx.say(sock:receive())
        assert(sock:sslhandshake(false, "one.test", false))
        ngx.say(sock:receive())
        sock:send("secret\n")
        ngx.say(sock:receive())
    }
--- stream_response
asked for STARTTLS
TLSv1 true false
got: secret



=== a client that does not shake hands
--- stream_config
    server {
        listen 127.0.0.2:12399;
        ssl_certificate $TEST_NGINX_CERTS/one.crt;
        ssl_certificate_key $TEST_NGINX_CERTS/one.key;
        content_by_lua_block {
            local sock = assert(ngx.req.socket())
            sock:settimeout(50)
            ngx.log(ngx.WARN, "first: ", select(2, sock:serversslhandshake()))
        }
    }
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("127.0.0.2", 12399))
ngx.sleep(0.1)
local plain = assert(ngx.req.socket())
ngx.say(plain:serversslhandshake())
--- stream_response
nilssl not configured for this server
--- error_log
first: timeout
--- no_error_log
[alert]
