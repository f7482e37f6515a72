# The Lua package ngx.upstream.
use Test::Nginx::Socket::Lua 'no_plan';

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value("http_config", <<'_EOC_' . ($block->http_config // ""));
    upstream plain {
        server 127.0.0.1:1985 weight=3 max_fails=2 fail_timeout=7s;
        server 127.0.0.2:1985 down;
        server 127.0.0.3:1985 backup;
    }
    upstream shared {
        zone shared 64k;
        server 127.0.0.1:1985;
        server 127.0.0.2:1985;
    }
    init_by_lua_block {
        upstream = require "ngx.upstream"

        -- The fields of a table in order.
        function show(t)
            local fields = {}
            for key, value in pairs(t) do
                fields[#fields + 1] = key .. "=" .. tostring(value)
            end
            table.sort(fields)
            ngx.say(table.concat(fields, " "))
        end
    }
    server {
        listen 127.0.0.1:1985;
        return 200 "served\n";
    }
_EOC_
    $block->set_value("config", ($block->config // "") . "location = /t { content_by_lua_block {\n"
                                . $block->lua . "} }") if defined $block->lua;
    $block->set_value("request", "GET /t") if !defined $block->request;
    $block->set_value("no_error_log", "[error]") if !defined $block->no_error_log;
});

repeat_each(2);
run_tests();

__DATA__

=== six functions
--- lua
local names = {}
for name in pairs(upstream) do
    names[#names + 1] = name
end
table.sort(names)
ngx.say(table.concat(names, " "))
--- response_body
current_upstream_name get_backup_peers get_primary_peers get_servers get_upstreams set_peer_down



=== upstreams in the order of their definition, implicit ones too
--- config
    location = /implicit {
        proxy_pass http://127.0.0.1:1190;
    }
--- lua
ngx.say(table.concat(upstream.get_upstreams(), " "))
--- response_body
plain shared 127.0.0.1:1190



=== servers
--- lua
for _, server in ipairs(upstream.get_servers("plain")) do
    show(server)
end
--- response_body
addr=127.0.0.1:1985 fail_timeout=7 max_fails=2 name=127.0.0.1:1985 weight=3
addr=127.0.0.2:1985 down=true fail_timeout=10 max_fails=1 name=127.0.0.2:1985 weight=1
addr=127.0.0.3:1985 backup=true fail_timeout=10 max_fails=1 name=127.0.0.3:1985 weight=1



=== a server with several addresses
--- http_config
    upstream several {
        server localhost:1985;
    }
--- lua
local addr = upstream.get_servers("several")[1].addr
ngx.say(type(addr) == "string" and addr or table.concat(addr, " "))
--- response_body_like
^(\[::1\]:1985 )?127\.0\.0\.1:1985( \[::1\]:1985)?$



=== an implicit upstream
--- config
    location = /implicit {
        proxy_pass http://127.0.0.1:1190;
    }
--- lua
for _, name in ipairs { "127.0.0.1:1190", "127.0.0.1" } do
    show(upstream.get_servers(name)[1])
end
ngx.say(#upstream.get_servers("127.0.0.1"), " ", upstream.get_servers("127.0.0.1:1191"))
--- response_body
addr=127.0.0.1:1190 fail_timeout=0 max_fails=0 weight=0
addr=127.0.0.1:1190 fail_timeout=0 max_fails=0 weight=0
1 nilupstream not found



=== primary and backup peers
--- lua
for _, peer in ipairs(upstream.get_primary_peers("plain")) do
    show(peer)
end
ngx.say("--")
for _, peer in ipairs(upstream.get_backup_peers("plain")) do
    show(peer)
end
ngx.say(#upstream.get_backup_peers("shared"))
--- response_body
conns=0 current_weight=0 effective_weight=3 fail_timeout=7 fails=0 id=0 max_fails=2 name=127.0.0.1:1985 weight=3
conns=0 current_weight=0 down=true effective_weight=1 fail_timeout=10 fails=0 id=1 max_fails=1 name=127.0.0.2:1985 weight=1
--
conns=0 current_weight=0 effective_weight=1 fail_timeout=10 fails=0 id=0 max_fails=1 name=127.0.0.3:1985 weight=1
0



=== a peer is taken out and brought back
--- config
    location = /proxy {
        proxy_pass http://shared/;
    }
--- lua
local function state()
    return upstream.get_primary_peers("shared")[1].down
end
ngx.say(upstream.set_peer_down("shared", false, 0, true), " ", state())
ngx.print(ngx.location.capture("/proxy").body)
ngx.say(upstream.set_peer_down("shared", false, 0, false), " ", state())
--- http_config
    server {
        listen 127.0.0.2:1985;
        return 200 "the other\n";
    }
--- response_body
true true
the other
true nil



=== a peer that failed is tried at once when it is brought back
--- http_config
    upstream failing {
        server 127.0.0.1:1;
        server 127.0.0.1:2;
    }
--- config
    location = /proxy {
        proxy_pass http://failing;
    }
--- lua
ngx.location.capture("/proxy")
local peer = upstream.get_primary_peers("failing")[1]
ngx.say(peer.fails, " ", peer.checked ~= nil)
upstream.set_peer_down("failing", false, 0, true)
upstream.set_peer_down("failing", false, 0, false)
ngx.say(upstream.get_primary_peers("failing")[1].fails)
--- response_body
1 true
0
--- no_error_log
[alert]



=== what cannot be
--- lua
for _, name in ipairs { "get_servers", "get_primary_peers", "get_backup_peers" } do
    ngx.say(upstream[name]("other"))
end
ngx.say(upstream.set_peer_down("other", false, 0, true))
ngx.say(upstream.set_peer_down("shared", true, 0, true))
ngx.say(upstream.set_peer_down("shared", false, 2, true))
ngx.say(upstream.set_peer_down("shared", false, -1, true))
--- response_body
nilupstream not found
nilupstream not found
nilupstream not found
nilupstream not found
nilno backup peers
nilbad peer id
nilbad peer id



=== numbers of arguments
--- lua
local function message(name, ...)
    ngx.say((select(2, pcall(upstream[name], ...))))
end
message("get_upstreams", 1)
message("get_servers")
message("get_primary_peers", "plain", 1)
message("get_backup_peers")
message("set_peer_down", "plain")
message("current_upstream_name", 1)
--- response_body
no argument expected
exactly one argument expected
exactly one argument expected
exactly one argument expected
exactly 4 arguments expected
no argument expected



=== the upstream of a request
--- config
    location ~ ^/by/(?<name>.+) {
        proxy_pass http://$name/;
        header_filter_by_lua_block {
            ngx.header["X-Upstream"] = upstream.current_upstream_name()
        }
    }
    location = /implicit {
        proxy_pass http://127.0.0.1:1985/;
        header_filter_by_lua_block {
            ngx.header["X-Upstream"] = upstream.current_upstream_name()
        }
    }
--- request eval
["GET /by/plain", "GET /implicit"]
--- response_headers eval
["X-Upstream: plain", "X-Upstream: 127.0.0.1:1985"]
--- response_body eval
["served\n", "served\n"]



=== no upstream, no request
--- http_config
init_worker_by_lua_block {
    outside = select(2, pcall(upstream.current_upstream_name))
}
--- lua
ngx.say(tostring(upstream.current_upstream_name()), " ", outside)
--- response_body
nil no request object found
