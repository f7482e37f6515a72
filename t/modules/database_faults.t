# Database modules: pools, and servers that fail or stall.
# services: mariadb postgres
# build: ngx_drizzle ngx_postgres
use Test::Nginx::Socket::Lua 'no_plan';
use DbCase;

our $Upstreams = drizzle_upstream('my', 'drizzle_keepalive max=2 mode=single overflow=reject;')
    . postgres_upstream('pg', 'postgres_keepalive max=2 overflow=reject;');

our $Queries = <<'CONF';
    location = /my { set_unescape_uri $q $arg_q; drizzle_pass my; drizzle_query $q; rds_json on; rds_json_format compact; }
    location = /pg { set_unescape_uri $q $arg_q; postgres_pass pg; postgres_query $q; rds_json on; rds_json_format compact; }
    location = /status { drizzle_status; }
CONF

repeat_each(2);
run_tests();

__DATA__

=== connections are used again
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        content_by_lua_block {
            local function get(uri, q)
                return ngx.location.capture(uri, {args = {q = q}}).body
            end
            local first = get("/my", "select connection_id()")
            ngx.say(first == get("/my", "select connection_id()"), first == get("/my", "select connection_id()"))
            first = get("/pg", "select pg_backend_pid()")
            ngx.say(first == get("/pg", "select pg_backend_pid()"), first == get("/pg", "select pg_backend_pid()"))
        }
    }
}
--- request
GET /t
--- response_body
truetrue
truetrue



=== an error of a statement ends its connection
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        content_by_lua_block {
            local function get(uri, q)
                return ngx.location.capture(uri, {args = {q = q}})
            end
            for uri, id in pairs{["/my"] = "select connection_id()", ["/pg"] = "select pg_backend_pid()"} do
                local first = get(uri, id).body
                local status = get(uri, "nonsense").status
                ngx.say(status, " ", first == get(uri, id).body)
            end
        }
    }
}
--- request
GET /t
--- response_body
500 false
500 false



=== no more connections than allowed
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        content_by_lua_block {
            local function statuses(uri, q)
                local one = {uri, {args = {q = q}}}
                local res = {ngx.location.capture_multi{one, one, one, one}}
                local count = {}
                for _, r in ipairs(res) do
                    count[r.status] = (count[r.status] or 0) + 1
                end
                ngx.say(uri, " ", count[200], " ", count[503])
            end
            statuses("/my", "select sleep(0.2)")
            statuses("/pg", "select pg_sleep(0.2)")
        }
    }
}
--- request
GET /t
--- response_body
/my 2 2
/pg 2 2
--- log_level: info
--- error_log
drizzle: connection pool full, rejecting request to upstream "my"
postgres: keepalive connection pool is full, rejecting request to upstream "pg"



=== what drizzle_status tells
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        echo_location /my q=select+1;
        echo_location /my q=select+2;
        echo_location /my q=select+3;
        echo_location /status;
    }
}
--- request
GET /t
--- response_body_like
^\[\["1"\],\[1\]\]\[\["2"\],\[2\]\]\[\["3"\],\[3\]\]upstream my
  active connections: 1
  connection pool capacity: 2
  overflow: reject
  cached connection queue: 1
  free'd connection queue: 1
  cached connection successfully used count: [36]
  free'd connection successfully used count: 0
  servers: 1
  peers: 1



=== idle connections that the server closes
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        content_by_lua_block {
            local function get(uri, q)
                return ngx.location.capture(uri, {args = {q = q}})
            end
            local function id_of(uri, q)
                return tonumber(get(uri, q).body:match("(%d+)%]%]$"))
            end
            local my = id_of("/my", "select connection_id()")
            local pg = id_of("/pg", "select pg_backend_pid()")
            -- The killers' connections are others, which stay.
            ngx.location.capture_multi{
                {"/my", {args = {q = "select sleep(0.1)"}}},
                {"/my", {args = {q = "kill " .. my}}},
                {"/pg", {args = {q = "select pg_sleep(0.1)"}}},
                {"/pg", {args = {q = "select pg_terminate_backend(" .. pg .. ")"}}},
            }
            ngx.sleep(0.3)
            for i = 1, 3 do
                ngx.say(get("/my", "select 1").status, " ", get("/pg", "select 1").status)
            end
        }
    }
}
--- request
GET /t
--- response_body
200 200
200 200
200 200



=== a server that dies while it works
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /t {
        content_by_lua_block {
            local function find(uri, q)
                for i = 1, 100 do
                    local id = ngx.location.capture(uri, {args = {q = q}}).body:match("(%d+)%]%]$")
                    if id then
                        return id
                    end
                    ngx.sleep(0.05)
                end
            end
            local function kill(uri, victim, killer, lister)
                local thread = ngx.thread.spawn(function ()
                    return ngx.location.capture(uri, {args = {q = victim}}).status
                end)
                local id = find(uri, lister)
                ngx.location.capture(uri, {args = {q = killer:format(id)}})
                local _, status = ngx.thread.wait(thread)
                ngx.say(status)
            end
            kill("/my", "select sleep(30), 'victim'", "kill %s",
                "select id from information_schema.processlist where info like 'select sleep(30)%'")
            kill("/pg", "select pg_sleep(30), 'victim'", "select pg_terminate_backend(%s)",
                "select pid from pg_stat_activity where query like 'select pg_sleep(30)%'")
        }
    }
}
--- request
GET /t
--- response_body
502
500
--- error_log
failed to send query: 20 (2013): Lost connection
postgres: failed to receive result: PGRES_FATAL_ERROR: FATAL:  terminating connection due to administrator command
--- timeout: 20



=== time limits
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /slow_my { drizzle_send_query_timeout 200ms; drizzle_pass my; drizzle_query "select sleep(20)";
        add_header X-Id "[$drizzle_thread_id]" always; }
    location = /slow_pg { postgres_result_timeout 200ms; postgres_pass pg; postgres_query "select pg_sleep(20)"; }
}
--- request eval
["GET /slow_my", "GET /slow_pg"]
--- error_code eval
[504, 504]
--- response_headers_like eval
["X-Id: \\[\\d+\\]", ""]
--- error_log
upstream timed out (110: Connection timed out) while



=== rows that do not end in time
--- http_config eval: $::Upstreams
--- config eval
$::Queries . q{
    location = /rows { drizzle_recv_rows_timeout 300ms; drizzle_pass my;
        drizzle_query "select seq, repeat('x', 1000), sleep(if(seq < 100, 0, 1)) from seq_1_to_200"; }
}
--- request
GET /rows
--- ignore_response
--- error_log
upstream timed out (110: Connection timed out) while receiving result set rows from drizzle upstream



=== a server that says nothing delays nobody else
--- main_config
    stream {
        server { listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1; content_by_lua_block { ngx.sleep(30) } }
    }
--- http_config eval
$::Upstreams . q{
    upstream stalled_my { drizzle_server 127.0.0.1:$TEST_NGINX_RAND_PORT_1 user=x password=x dbname=x; }
    upstream stalled_pg { postgres_server 127.0.0.1:$TEST_NGINX_RAND_PORT_1 user=x password=x dbname=x; }
}
--- config eval
$::Queries . q{
    location = /stalled_my { drizzle_connect_timeout 1s; drizzle_pass stalled_my; drizzle_query "select 1"; }
    location = /stalled_pg { postgres_connect_timeout 1s; postgres_pass stalled_pg; postgres_query "select 1"; }
    location = /t {
        content_by_lua_block {
            local function get(uri)
                return ngx.thread.spawn(function () return ngx.location.capture(uri).status end)
            end
            local stalled = {get("/stalled_my"), get("/stalled_pg")}
            local served = 0
            repeat
                assert(ngx.location.capture("/my", {args = {q = "select 1"}}).status == 200)
                assert(ngx.location.capture("/pg", {args = {q = "select 1"}}).status == 200)
                served = served + 2
                ngx.sleep(0.01)
            until coroutine.status(stalled[1]) ~= "running" or served >= 20
            ngx.say(served >= 4)
            for _, thread in ipairs(stalled) do
                local _, status = ngx.thread.wait(thread)
                ngx.say(status)
            end
        }
    }
}
--- request
GET /t
--- response_body
true
504
504
--- error_log
while connecting to drizzle upstream
while connecting to PostgreSQL database



=== servers that talk nonsense, or hang up
--- main_config
    stream {
        server { listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1; content_by_lua_block { ngx.print("HTTP/1.1 400 What?\r\n\r\n") } }
        server { listen 127.0.0.1:$TEST_NGINX_RAND_PORT_2; content_by_lua_block { ngx.exit(200) } }
    }
--- http_config
    upstream my { drizzle_server 127.0.0.1:$TEST_NGINX_RAND_PORT_1 user=x; }
    upstream pg { postgres_server 127.0.0.1:$TEST_NGINX_RAND_PORT_1 user=x; }
    upstream mute_my { drizzle_server 127.0.0.1:$TEST_NGINX_RAND_PORT_2 user=x; }
    upstream mute_pg { postgres_server 127.0.0.1:$TEST_NGINX_RAND_PORT_2 user=x; }
--- config
    drizzle_connect_timeout 2s;
    postgres_connect_timeout 2s;
    location = /my { drizzle_pass my; drizzle_query "select 1"; }
    location = /pg { postgres_pass pg; postgres_query "select 1"; }
    location = /mute_my { drizzle_pass mute_my; drizzle_query "select 1"; }
    location = /mute_pg { postgres_pass mute_pg; postgres_query "select 1"; }
--- request eval
["GET /pg", "GET /mute_my", "GET /mute_pg"]
--- error_code eval
[502, 502, 502]



=== servers take turns by weight
--- http_config
    upstream pg {
        postgres_server 127.0.0.1:$TEST_NGINX_POSTGRES_PORT dbname=ngx_test user=ngx_test password=ngx_test weight=2;
        postgres_server 127.0.0.1:$TEST_NGINX_POSTGRES_PORT dbname=postgres user=ngx_test password=ngx_test;
        postgres_keepalive off;
    }
--- config
    location = /q { postgres_pass pg; postgres_query "select current_database()"; postgres_output value; }
    location = /t {
        content_by_lua_block {
            local seen = {}
            for i = 1, 6 do
                local name = ngx.location.capture("/q").body
                seen[name] = (seen[name] or 0) + 1
            end
            ngx.say(seen.ngx_test, " ", seen.postgres)
        }
    }
--- request
GET /t
--- response_body
4 2
