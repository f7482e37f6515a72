# balancer_by_lua*: which peer is connected to, and what ends a try.
use Test::Nginx::Socket::Lua 'no_plan';

$ENV{TEST_NGINX_BACKEND} ||= 11985;

my $backend = <<'_EOC_';
    server {
        listen 127.0.0.1:$TEST_NGINX_BACKEND;
        listen 127.0.0.2:$TEST_NGINX_BACKEND;
        location / {
            return 200 "server=$server_addr from=$remote_addr x=$http_x\n";
        }
        location = /body {
            content_by_lua_block {
                ngx.req.read_body()
                ngx.say(ngx.req.get_method(), " ", ngx.req.get_body_data() or "none")
            }
        }
    }
_EOC_

my $proxy = <<'_EOC_';
    location ~ . {
        proxy_set_header X $arg_x;
        proxy_pass http://backend;
    }
_EOC_

# Which servers answered some requests.
our $servers_seen = <<'_EOC_';
    location = /t {
        content_by_lua_block {
            local seen = {}
            for _ = 1, 6 do
                local body = ngx.location.capture("/x?key=one").body
                seen[string.match(body, "server=(%S+)")] = true
            end
            local names = {}
            for name in pairs(seen) do
                names[#names + 1] = name
            end
            table.sort(names)
            ngx.say(table.concat(names, " "))
        }
    }
    location ~ . {
        proxy_pass http://backend;
    }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("http_config", "upstream backend {\n" . $block->upstream . "}\n" . $backend);
    $block->set_value("config", $block->config // $proxy);
    $block->set_value("request", "GET /") if !defined $block->request;
});

repeat_each(2);
run_tests();

__DATA__

=== the peer that the handler sets is connected to, the last one of several
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    assert(balancer.set_current_peer("127.0.0.1", 1))
    assert(balancer.set_current_peer("127.0.0.2", $TEST_NGINX_BACKEND))
}
--- response_body
server=127.0.0.2 from=127.0.0.1 x=



=== a port in the address goes before the argument
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    assert(balancer.set_current_peer("127.0.0.1:$TEST_NGINX_BACKEND", 1))
}
--- response_body
server=127.0.0.1 from=127.0.0.1 x=



=== what is no address is refused with nginx's reason
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    local reasons = {}
    for _, addr in ipairs { "example.com", "127.0.0.1:99999", "", "127.0.0.1/a" } do
        local ok, err = balancer.set_current_peer(addr, 80)
        reasons[#reasons + 1] = tostring(ok) .. " " .. err
    end
    ngx.log(ngx.WARN, table.concat(reasons, "; "))
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
}
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
nil no host allowed; nil invalid port; nil no host; nil invalid host while connecting to upstream



=== without a choice the servers are used in turn
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
server 127.0.0.2:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
}
--- config eval: $::servers_seen
--- request
GET /t
--- response_body
127.0.0.1 127.0.0.2



=== a method configured before the handler chooses what the handler does not
--- upstream
hash $arg_key consistent;
server 127.0.0.1:$TEST_NGINX_BACKEND;
server 127.0.0.2:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
}
--- config eval: $::servers_seen
--- request
GET /t
--- response_body_like
^127\.0\.0\.[12]$



=== servers may follow the handler
--- upstream
balancer_by_lua_block {
}
server 127.0.0.2:$TEST_NGINX_BACKEND;
--- response_body
server=127.0.0.2 from=127.0.0.1 x=



=== an upstream without servers needs a choice
--- upstream
balancer_by_lua_block {
}
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log
lua balancer: no peer set while connecting to upstream



=== a Lua error ends the request
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    error("no luck")
}
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log eval
qr/\[error\] .*? failed to run balancer_by_lua\*: balancer_by_lua\(nginx\.conf:\d+\):2: no luck/



=== an error that is no string
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    error({})
}
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log
failed to run balancer_by_lua*: unknown reason while connecting to upstream



=== a handler in a file
--- upstream
balancer_by_lua_file html/choose.lua;
--- user_files
>>> choose.lua
require("ngx.balancer").set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
print("chosen")
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
[lua] choose.lua:2: chosen while connecting to upstream



=== a file that is missing ends the request
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_file html/missing.lua;
--- error_code: 500
--- response_body_like: 500 Internal Server Error
--- error_log
failed to load external Lua file



=== exit with OK goes on, with a status ends the request
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    ngx.exit(tonumber(ngx.var.arg_code))
}
--- request eval
["GET /?code=0", "GET /?code=403", "GET /?code=200", "GET /?code=-1", "GET /?code=-3"]
--- error_code eval
[200, 403, 500, 500, 502]



=== exit with DECLINED is another try
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    ngx.ctx.runs = (ngx.ctx.runs or 0) + 1
    if ngx.ctx.runs < 4 then
        ngx.exit(ngx.DECLINED)
    end
    print("run ", ngx.ctx.runs)
}
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
run 4 while connecting to upstream



=== a handler that always declines ends
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    ngx.exit(ngx.DECLINED)
}
--- error_code: 500
--- response_body_like: 500 Internal Server Error



=== variables, headers and ngx.ctx of the request
--- upstream
balancer_by_lua_block {
    ngx.var.port = ngx.ctx.port + 0
    print("header ", ngx.req.get_headers()["X-Test"], " phase ", ngx.get_phase())
    require("ngx.balancer").set_current_peer("127.0.0.1", ngx.var.port)
}
--- config
    set $port 1;
    location ~ . {
        access_by_lua_block {
            ngx.ctx.port = $TEST_NGINX_BACKEND
        }
        proxy_pass http://backend;
    }
--- more_headers
X-Test: yes
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
header yes phase balancer



=== what waits is refused
--- upstream
server 127.0.0.1:$TEST_NGINX_BACKEND;
balancer_by_lua_block {
    for _, name in ipairs { "sleep", "say" } do
        local ok, err = pcall(ngx[name], 0)
        print(name, ": ", err)
    end
}
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
sleep: API disabled in the context of balancer_by_lua*
say: API disabled in the context of balancer_by_lua*



=== a local address
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
    local ok, err = balancer.bind_to_local_addr("nowhere")
    print("no address: ", ok, ", ", err)
    assert(balancer.bind_to_local_addr("127.0.0.9"))
}
--- response_body
server=127.0.0.1 from=127.0.0.9 x=
--- error_log
no address: nil, invalid addr nowhere while



=== the request as the handler changed it
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
    ngx.req.set_body_data("changed")
    assert(balancer.recreate_request())
}
--- request
POST /body
first
--- response_body
POST changed



=== TLS can be left out
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
    assert(balancer.set_upstream_tls(false))
}
--- config
    location ~ . {
        proxy_pass https://backend;
    }
--- response_body
server=127.0.0.1 from=127.0.0.1 x=



=== TLS needs a context to be added
--- upstream
balancer_by_lua_block {
    local balancer = require "ngx.balancer"
    balancer.set_current_peer("127.0.0.1", $TEST_NGINX_BACKEND)
    print("tls: ", balancer.set_upstream_tls(true))
}
--- response_body
server=127.0.0.1 from=127.0.0.1 x=
--- error_log
tls: nilno TLS context for this upstream
