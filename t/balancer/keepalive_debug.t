# What the debug log tells of the idle connections of balancer_by_lua*.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

$ENV{TEST_NGINX_BACKEND} ||= 11985;

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("http_config", <<'_EOC_');
    upstream backend {
        balancer_keepalive 1;
        balancer_by_lua_block {
            local balancer = require "ngx.balancer"
            assert(balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND, ngx.var.arg_name))
            assert(balancer.enable_keepalive(60, 3))
        }
    }
    server {
        listen 127.0.0.1:$TEST_NGINX_BACKEND;
        location / {
            return 200 ok;
        }
    }
_EOC_
    $block->set_value("config", <<'_EOC_');
    location = /t {
        content_by_lua_block {
            for name in string.gmatch(ngx.var.args, "%w+") do
                ngx.print(ngx.location.capture("/proxy?name=" .. name).body)
            end
        }
    }
    location = /proxy {
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_pass http://backend;
    }
_EOC_
    $block->set_value("grep_error_log", qr/lua balancer: keepalive .*/);
});

log_level("debug");
run_tests();

__DATA__

=== each step of a connection's life
--- request
GET /t?one,one,one,two,three
--- response_body: okokokokok
--- grep_error_log_out eval
my $host = "host: 127.0.0.1:11985, name:";
qr/^lua balancer: keepalive no free connection, $host one
lua balancer: keepalive saving connection [0-9A-F]+, $host one
lua balancer: keepalive reusing connection [0-9A-F]+, $host one
lua balancer: keepalive saving connection [0-9A-F]+, $host one
lua balancer: keepalive reusing connection [0-9A-F]+, $host one
lua balancer: keepalive not saving connection [0-9A-F]+
lua balancer: keepalive no free connection, $host two
lua balancer: keepalive saving connection [0-9A-F]+, $host two
lua balancer: keepalive no free connection, $host three
lua balancer: keepalive closing connection [0-9A-F]+
lua balancer: keepalive saving connection [0-9A-F]+, $host three
$/
