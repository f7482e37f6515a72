# Idle connections of balancer_by_lua*: when they are used again. The backend tells which of its
# connections a request came through; /t asks for the locations in its arguments, one by one.
use Test::Nginx::Socket::Lua 'no_plan';

$ENV{TEST_NGINX_BACKEND} ||= 11985;

my $servers = <<'_EOC_';
    server {
        listen 127.0.0.1:$TEST_NGINX_BACKEND;
        listen 127.0.0.2:$TEST_NGINX_BACKEND;
        location / {
            return 200 "$connection $remote_addr";
        }
        location = /close {
            keepalive_timeout 0;
            return 200 "$connection";
        }
        location = /short {
            keepalive_timeout 50ms;
            return 200 "$connection";
        }
        location = /dies {
            content_by_lua_block {
                if tonumber(ngx.var.connection_requests) > 1 then
                    ngx.exit(444)
                end
                ngx.print(ngx.var.connection)
            }
        }
    }
_EOC_

my $locations = <<'_EOC_';
    location = /t {
        content_by_lua_block {
            local names, seen = {}, 0
            for _, arg in ipairs(ngx.req.get_uri_args().get) do
                if string.find(arg, "^sleep") then
                    ngx.sleep(tonumber(string.sub(arg, 6)))
                else
                    local res = ngx.location.capture("/proxy/" .. arg)
                    local id = res.status == 200 and string.match(res.body, "^%d+") or res.status
                    if not names[id] then
                        seen = seen + 1
                        names[id] = string.char(96 + seen)
                    end
                    ngx.print(res.status == 200 and names[id] or res.status, " ")
                end
            end
            ngx.say()
        }
    }
    location ~ ^/proxy/(?<rest>[^/]+) {
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_pass http://backend/$rest;
    }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    my $upstream = $block->upstream // <<_EOC_;
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    local at = ngx.var.rest == "other" and "127.0.0.2" or "127.0.0.1"
    assert(balancer.set_current_peer(at, \$TEST_NGINX_BACKEND${\($block->host // "")}))
    assert(balancer.enable_keepalive(${\($block->keepalive // "")}))
}
_EOC_
    $block->set_value("http_config",
                      "upstream backend {\n" . ($block->before // "") . $upstream
                      . ($block->after // "") . "}\n" . $servers);
    $block->set_value("config", $locations);
    my $get = join("&", map { "get=$_" } split(" ", $block->get));
    $block->set_value("request", "GET /t?$get");
    $block->set_value("no_error_log", "[alert]");
});

repeat_each(2);
run_tests();

__DATA__

=== a connection is used again
--- get: x x x
--- response_body eval
"a a a \n"



=== other peers have connections of their own
--- get: x other x other
--- response_body eval
"a b a b \n"



=== without enable_keepalive each try has a new connection
--- upstream
balancer_by_lua_block {
    require("ngx.balancer").set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
}
--- get: x x
--- response_body eval
"a b \n"



=== a connection serves max_requests requests
--- keepalive: 60, 2
--- get: x x x x
--- response_body eval
"a a b b \n"



=== 0 is no limit
--- keepalive: 0, 0
--- get: x x x
--- response_body eval
"a a a \n"



=== an idle connection is closed after a while
--- keepalive: 0.05
--- get: x x sleep0.3 x
--- response_body eval
"a a b \n"



=== a server that does not keep the connection
--- get: close close
--- response_body eval
"a b \n"



=== a server that closes an idle connection
--- get: short sleep0.3 x
--- response_body eval
"a b \n"



=== a full pool closes the connection that was used least recently
--- before
balancer_keepalive 1;
--- get: x other other x
--- response_body eval
"a b b c \n"



=== connections with different names are kept apart
--- host: , ngx.var.rest
--- get: one two one two
--- response_body eval
"a b a b \n"



=== connections with different local addresses are kept apart
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    assert(balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND))
    if ngx.var.rest == "bound" then
        assert(balancer.bind_to_local_addr("127.0.0.7"))
    end
    assert(balancer.enable_keepalive())
}
--- get: x bound x bound
--- response_body eval
"a b a b \n"



=== a kept connection that turns out to be dead is replaced once
--- get: dies dies dies
--- response_body eval
"a b c \n"



=== dead connections do not add tries to those that are asked for
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    ngx.ctx.runs = (ngx.ctx.runs or 0) + 1
    if ngx.ctx.runs == 1 then
        balancer.set_more_tries(2)
    end
    print("run ", ngx.ctx.runs, " of ", ngx.var.rest)
    local port = (ngx.var.rest == "dies" and ngx.ctx.runs > 1) and 1 or $TEST_NGINX_BACKEND
    assert(balancer.set_current_peer("127.0.0.1", port))
    assert(balancer.enable_keepalive())
}
--- get: x dies
--- response_body eval
"a 502 \n"
--- error_log
run 3 of dies
--- no_error_log
run 4 of dies



=== nginx's own pool may wrap the balancer
--- after
keepalive 4;
--- get: x x dies x
--- response_body eval
"a a b b \n"
