# resty.redis: TLS.
# services: redis
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $dir = $ENV{T_DIR};
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
    . "-keyout $dir/key.pem -out $dir/cert.pem 2> $dir/openssl.log") == 0 or die "no certificate\n";

my $main_config = <<"END";
stream {
    server {
        listen 17379 ssl;
        ssl_certificate $dir/cert.pem;
        ssl_certificate_key $dir/key.pem;
        proxy_pass 127.0.0.1:$ENV{TEST_NGINX_REDIS_PORT};
    }
}
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(main_config => $main_config);
    $block->set_value(http_config => "lua_socket_log_errors off; lua_ssl_trusted_certificate $dir/cert.pem;");
});
no_long_string();
run_tests();

__DATA__

=== a connection by TLS, new and from the pool
--- lua
local redis = require "resty.redis"
local options = { ssl = true, ssl_verify = true, server_name = "localhost", pool = "tls" }
for _ = 1, 2 do
    local red = redis:new()
    red:set_timeout(5000)
    show(red:connect("127.0.0.1", 17379, options))
    show(red:get_reused_times(), red:set("dog", "secret"), red:get("dog"))
    show(red:set_keepalive(10000, 10))
end
--- response_body
1
0 OK secret
1
1
1 OK secret
1



=== the wrong name, and no TLS at all
--- lua
local redis = require "resty.redis"
local red = redis:new()
red:set_timeout(5000)
show(red:connect("127.0.0.1", 17379, { ssl = true, ssl_verify = true, server_name = "elsewhere" }))
red = redis:new()
red:set_timeout(500)
show(red:connect("127.0.0.1", $TEST_NGINX_REDIS_PORT, { ssl = true }))
--- response_body
nil failed to do ssl handshake: certificate host mismatch
nil failed to do ssl handshake: timeout
