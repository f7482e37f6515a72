# The redis module (GET only) with a real Redis.
# services: redis
use Test::Nginx::Socket::Lua 'no_plan';

our $store = <<'END';
    location = /store {
        set_unescape_uri $key $arg_key;
        redis2_query select $arg_db;
        redis2_query set $key $echo_request_body;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
END

repeat_each(2);
run_tests();

__DATA__

=== a value is found
--- config eval
"$::store" . '
    location = /t {
        set $redis_key $arg_key;
        default_type text/css;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }'
--- request eval
["POST /store?db=0&key=r1\nvalue\r\n+OK.", "GET /t?key=r1", "HEAD /t?key=r1"]
--- response_body eval
["+OK\r\n+OK\r\n", "value\r\n+OK.", ""]
--- response_headers eval
["", "Content-Length: 11\nContent-Type: text/css", "Content-Length: 11"]



=== databases are apart
--- config eval
"$::store" . '
    location = /t {
        set $redis_key $arg_key;
        set $redis_db $arg_db;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }'
--- request eval
["POST /store?db=0&key=r2\nzero", "POST /store?db=3&key=r2\nthree", "GET /t?key=r2", "GET /t?key=r2&db=3"]
--- response_body eval
["+OK\r\n+OK\r\n", "+OK\r\n+OK\r\n", "zero", "three"]



=== keys and values have any byte
--- config eval
"$::store" . '
    location = /t {
        set_unescape_uri $redis_key $arg_key;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }'
--- request eval
["POST /store?db=0&key=a%20%22%25%00%FF\n\x00\x01\xff.", "GET /t?key=a%20%22%25%00%FF"]
--- response_body eval
["+OK\r\n+OK\r\n", "\x00\x01\xff."]



=== big values pass through a small buffer
--- config eval
"$::store" . '
    client_body_buffer_size 1m;
    location = /t {
        set $redis_key r3;
        redis_buffer_size 256;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }'
--- request eval
["POST /store?db=0&key=r3\n" . "0123456789abcdef" x 20_000, "GET /t"]
--- response_body eval
["+OK\r\n+OK\r\n", "0123456789abcdef" x 20_000]



=== what is not there is 404, and error_page catches it
--- config
    location = /t {
        set $redis_key never;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /caught {
        error_page 404 = /instead;
        set $redis_key never;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /instead { echo instead; }
--- request eval
["GET /t", "GET /caught"]
--- error_code eval
[404, 200]
--- response_body_like eval
["404 Not Found", "instead"]



=== a miss is logged as information
--- config
    location = /t {
        set $redis_key never;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- error_code: 404
--- log_level: info
--- error_log
key: "never" was not found by redis



=== only GET and HEAD
--- config
    location = /t {
        set $redis_key r1;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
POST /t
body
--- error_code: 405



=== a key is needed
--- config
    location = /t {
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- error_code: 500
--- error_log
the "$redis_key" variable is not set



=== Redis' errors are 502
--- config
    location = /auth {
        set $redis_key r1;
        set $redis_auth "secret";
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /db {
        set $redis_key r1;
        set $redis_db 1000;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.location.capture("/auth").status, " ", ngx.location.capture("/db").status)
        }
    }
--- request
GET /t
--- response_body
502 502
--- error_log
redis sent error in response "-ERR AUTH
redis sent error in response "-ERR DB index is out of range" for key "r1"



=== compressed values
--- config eval
"$::store" . '
    location = /t {
        redis_gzip_flag 1;
        set $redis_key r4;
        redis_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }'
--- request eval
["POST /store?db=0&key=r4\nzipped", "GET /t"]
--- response_headers eval
["", "Content-Encoding: gzip\nContent-Length: 6"]



=== connections are kept alive, after misses too
--- http_config
    upstream redis {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        keepalive 1;
    }
--- config eval
"$::store" . '
    location = /redis {
        set $redis_key $arg_key;
        redis_pass redis;
    }
    location = /info {
        redis2_query info stats;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /t {
        content_by_lua_block {
            local function connections()
                return tonumber(ngx.location.capture("/info").body:match("total_connections_received:(%d+)"))
            end
            ngx.location.capture("/store?db=0&key=r5", {method = ngx.HTTP_POST, body = "five"})
            local before = connections()
            for _, key in ipairs{"r5", "never", "r5", "never", "r5"} do
                ngx.print(ngx.location.capture("/redis?key=" .. key).status, " ")
            end
            ngx.say(connections() - before - 1) -- info has one of its own
        }
    }'
--- request
GET /t
--- response_body_like
^200 404 200 404 200 [01]$



=== the servers may come from a variable
--- http_config
    upstream redis { server 127.0.0.1:$TEST_NGINX_REDIS_PORT; }
--- config
    location = /redis {
        set $redis_key never;
        set $servers $arg_s;
        redis_pass $servers;
    }
    location = /t {
        content_by_lua_block {
            for _, uri in ipairs{"/redis?s=redis", "/redis?s=none", "/redis"} do
                ngx.print(ngx.location.capture(uri).status, " ")
            end
        }
    }
--- request
GET /t
--- response_body chop
404 500 500 
--- error_log
redis: upstream "none" not found
handler: empty "redis_pass" target



=== the next server is asked
--- http_config
    upstream redis {
        server 127.0.0.1:1 max_fails=0;
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT backup;
    }
    redis_next_upstream error timeout;
    redis_next_upstream_tries 2;
    redis_next_upstream_timeout 5s;
    redis_socket_keepalive on;
    redis_bind 127.0.0.1;
--- config
    location = /t {
        set $redis_key never;
        redis_pass redis;
    }
--- request
GET /t
--- error_code: 404
--- error_log
connect() failed



=== redis_pass stands once
--- config
    location = /t {
        redis_pass localhost;
        redis_pass localhost;
    }
--- must_die
--- error_log
"redis_pass" directive is duplicate
