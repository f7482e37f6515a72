# resty.upstream.healthcheck: peers go down and come back, status pages, several workers' view.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $http_config = <<'END';
lua_shared_dict healthcheck 1m;
lua_shared_dict switches 1m;
lua_socket_log_errors off;
upstream dogs {
    server 127.0.0.1:17801;
    server 127.0.0.1:17802;
    server 127.0.0.1:17803 backup;
}
upstream cats {
    server 127.0.0.1:17801;
}
server {
    listen 17801;
    location = /health { return 200; }
}
server {
    listen 17802;
    location = /health {
        content_by_lua_block { ngx.exit(ngx.shared.switches:get("sick") and 503 or 200) }
    }
}
END
my $helpers = <<'END';
local healthcheck = require "resty.upstream.healthcheck"
local upstreams = require "ngx.upstream"
local function spawn(options)
    local all = {
        shm = "healthcheck",
        upstream = "dogs",
        type = "http",
        http_req = "GET /health HTTP/1.0\r\nHost: dogs\r\n\r\n",
        interval = 10,
        timeout = 1000,
        fall = 2,
        rise = 1,
        valid_statuses = { 200 },
    }
    for name, value in pairs(options or {}) do
        if value == "none" then
            all[name] = nil
        else
            all[name] = value
        end
    end
    return healthcheck.spawn_checker(all)
end
-- Is the second peer down? Waits for it to become so, or not.
local function wait_until(down)
    for _ = 1, 500 do
        if (upstreams.get_primary_peers("dogs")[2].down == true) == down then
            return true
        end
        ngx.sleep(0.01)
    end
    return "waited in vain"
end
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $helpers . $block->lua);
    $block->set_value(http_config => $http_config);
});
no_long_string();
run_tests();

__DATA__

=== a peer fails, and recovers
--- lua
show(spawn())
show(wait_until(false))
ngx.shared.switches:set("sick", true)
show(wait_until(true))
ngx.print(healthcheck.status_page())
ngx.shared.switches:delete("sick")
show(wait_until(false))
--- timeout: 15
--- response_body
true
true
true
Upstream dogs
    Primary Peers
        127.0.0.1:17801 UP
        127.0.0.1:17802 DOWN
    Backup Peers
        127.0.0.1:17803 DOWN

Upstream cats (NO checkers)
    Primary Peers
        127.0.0.1:17801 UP
    Backup Peers
true
--- error_log
healthcheck: bad status code from 127.0.0.1:17802: 503
healthcheck: peer 127.0.0.1:17802 is turned down after 2 failure(s)
healthcheck: peer 127.0.0.1:17802 is turned up after 1 success(es)
healthcheck: failed to connect to 127.0.0.1:17803: connection refused
--- no_error_log
[alert]



=== what another worker has found is taken over
--- lua
local dict = ngx.shared.healthcheck
dict:set("d:dogs:p1", true)
dict:set("v:dogs", 7)
dict:set("l:dogs", true)
show(spawn())
show(wait_until(true))
dict:set("d:dogs:p1", false)
dict:set("v:dogs", 8)
show(wait_until(false))
--- timeout: 15
--- response_body
true
true
true
--- no_error_log
[error]



=== any answer will do without a list of statuses; several threads
--- lua
ngx.shared.switches:set("sick", true)
show(spawn { valid_statuses = "none", concurrency = 3 })
for _ = 1, 500 do
    if ngx.shared.healthcheck:get("ok:dogs:p1") then
        break
    end
    ngx.sleep(0.01)
end
show(wait_until(false), ngx.shared.healthcheck:get("nok:dogs:p1"))
--- timeout: 15
--- response_body
true
true
--- no_error_log
[alert]



=== for Prometheus
--- lua
show(spawn())
ngx.print(healthcheck.prometheus_status_page())
--- response_body
true
# HELP nginx_upstream_status_info The running status of nginx upstream
# TYPE nginx_upstream_status_info gauge
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17801",status="UP",role="PRIMARY"} 1
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17801",status="DOWN",role="PRIMARY"} 0
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17802",status="UP",role="PRIMARY"} 1
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17802",status="DOWN",role="PRIMARY"} 0
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17803",status="UP",role="BACKUP"} 1
nginx_upstream_status_info{name="dogs",endpoint="127.0.0.1:17803",status="DOWN",role="BACKUP"} 0
nginx_upstream_status_info{name="dogs",status="UP"} 1
nginx_upstream_status_info{name="dogs",status="DOWN"} 0
nginx_upstream_status_info{name="dogs",status="UNKNOWN"} 0
nginx_upstream_status_info{name="cats",status="UP"} 0
nginx_upstream_status_info{name="cats",status="DOWN"} 0
nginx_upstream_status_info{name="cats",status="UNKNOWN"} 1
--- no_error_log
[alert]



=== options that are missing or wrong
--- lua
show(spawn { type = "none" })
show(spawn { type = "tcp" })
show(spawn { http_req = "none" })
show(spawn { shm = "none" })
show(spawn { shm = "nowhere" })
show(spawn { upstream = "none" })
show(spawn { upstream = "nobody" })
--- response_body
nil "type" option required
nil only "http" and "https" type are supported right now
nil "http_req" option required
nil "shm" option required
nil shm "nowhere" not found
nil no upstream specified
nil failed to get primary peers: upstream not found
