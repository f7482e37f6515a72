# The redis2 module with a real Redis.
# services: redis
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== a query's reply comes as it is
--- config
    location = /t {
        default_type text/plain;
        redis2_query set one first;
        redis2_query get one;
        redis2_query incr one;
        redis2_query get none;
        redis2_query strlen one;
        redis2_query mget one none;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- response_headers
Content-Type: text/plain
! Content-Length
--- response_body eval
"+OK\r\n\$5\r\nfirst\r\n-ERR value is not an integer or out of range\r\n\$-1\r\n:5\r\n*2\r\n\$5\r\nfirst\r\n\$-1\r\n"
--- no_error_log
[error]



=== arguments may have variables and be empty
--- config
    location = /t {
        set_unescape_uri $value $arg_v;
        redis2_query set "k:$arg_k" $value;
        redis2_query echo "";
        redis2_query get "k:$arg_k";
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t?k=1&v=%00%0D%0A%20%FF$5
--- response_body eval
"+OK\r\n\$0\r\n\r\n\$7\r\n\x00\r\n \xff\$5\r\n"



=== the request's body can be an argument
--- config
    location = /t {
        redis2_query set big $echo_request_body;
        redis2_query strlen big;
        redis2_query get big;
        redis2_buffer_size 512;
        client_body_buffer_size 1m;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request eval
"POST /t\n" . "0123456789abcdef" x 20_000
--- response_body eval
"+OK\r\n:320000\r\n\$320000\r\n" . ("0123456789abcdef" x 20_000) . "\r\n"



=== arrays in arrays
--- config
    location = /t {
        redis2_query eval "return {1, {2, 'x', {}}, 'y'}" 0;
        redis2_query ping;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- response_body eval
"*3\r\n:1\r\n*3\r\n:2\r\n\$1\r\nx\r\n*0\r\n\$1\r\ny\r\n+PONG\r\n"



=== raw queries
--- config
    location = /raw {
        set_unescape_uri $query $arg_q;
        redis2_raw_query $query;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /several {
        set_unescape_uri $query $arg_q;
        redis2_raw_queries $arg_n $query;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /literal {
        redis2_literal_raw_query 'echo $arg_q\r\n';
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request eval
["GET /raw?q=ping%0D%0A", "GET /raw?q=*1%0D%0A\$4%0D%0Aping%0D%0A", "GET /several?n=2&q=ping%0D%0Aecho%20hi%0D%0A", "GET /literal?q=1"]
--- response_body eval
["+PONG\r\n", "+PONG\r\n", "+PONG\r\n\$2\r\nhi\r\n", "\$6\r\n\$arg_q\r\n"]



=== replies that were not expected are cut off
--- config
    location = /t {
        redis2_literal_raw_query 'ping\r\necho surplus\r\n';
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- response_body eval
"+PONG\r\n"
--- no_error_log
[error]



=== replies that do not come end the response
--- config
    location = /t {
        redis2_raw_queries 2 'ping\r\n';
        redis2_read_timeout 200ms;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- ignore_response
--- error_log
upstream timed out
while reading upstream
upstream: "redis2://127.0.0.1:



=== queries that cannot be sent
--- config
    location = /none {
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /raw {
        redis2_raw_query $arg_q;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /several {
        redis2_raw_queries $arg_n "ping\r\n";
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
    location = /t {
        content_by_lua_block {
            for _, uri in ipairs{"/none", "/raw", "/several", "/several?n=x", "/several?n=0"} do
                ngx.print(ngx.location.capture(uri).status, " ")
            end
        }
    }
--- request
GET /t
--- response_body chop
500 500 500 500 500 
--- error_log
no redis2 query specified or the query is empty
the redis query is empty
the N argument to redis2_raw_queries is empty
the N argument to redis2_raw_queries is invalid



=== inner locations have the outer's queries unless they have their own
--- config
    location /t {
        redis2_query ping;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        if ($arg_x) {
            redis2_query echo $arg_x;
        }
    }
--- request eval
["GET /t", "GET /t?x=y"]
--- response_body eval
["+PONG\r\n", "\$1\r\ny\r\n"]



=== connections are kept alive, with every reply read
--- http_config
    upstream redis {
        server 127.0.0.1:$TEST_NGINX_REDIS_PORT;
        keepalive 1;
    }
--- config
    location = /redis {
        redis2_query get none;
        redis2_query client id;
        redis2_pass redis;
    }
    location = /t {
        content_by_lua_block {
            local first = ngx.location.capture("/redis").body
            for i = 1, 5 do
                assert(ngx.location.capture("/redis").body == first)
            end
            ngx.print(first:sub(1, 6))
        }
    }
--- request
GET /t
--- response_body eval
"\$-1\r\n:"



=== the servers may come from a variable
--- http_config
    upstream redis { server 127.0.0.1:$TEST_NGINX_REDIS_PORT; }
--- config
    location = /redis {
        set $servers $arg_s;
        redis2_query ping;
        redis2_pass $servers;
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
200 500 500 
--- error_log
redis2: upstream "none" not found
handler: empty "redis2_pass" target



=== HEAD gets no body
--- config
    location = /t {
        redis2_query ping;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
HEAD /t
--- response_body



=== a refused connection is 502
--- config
    location = /t {
        redis2_query ping;
        redis2_pass 127.0.0.1:1;
    }
--- request
GET /t
--- error_code: 502
--- error_log
connect() failed



=== redis2_bind says from where
--- config
    location = /t {
        redis2_bind 127.0.0.1;
        redis2_query ping;
        redis2_pass 127.0.0.1:$TEST_NGINX_REDIS_PORT;
    }
--- request
GET /t
--- response_body eval
"+PONG\r\n"



=== what stands once
--- config
    location = /t {
        redis2_raw_query a;
        redis2_raw_query b;
    }
--- must_die
--- error_log
"redis2_raw_query" directive is duplicate



=== raw queries and a literal one exclude each other
--- config
    location = /t {
        redis2_literal_raw_query a;
        redis2_raw_queries 1 b;
    }
--- must_die
--- error_log
"redis2_raw_queries" directive conflicts with redis2_literal_raw_query



=== raw queries and a raw one exclude each other
--- config
    location = /t {
        redis2_raw_query a;
        redis2_raw_queries 1 b;
    }
--- must_die
--- error_log
"redis2_raw_queries" directive conflicts with redis2_raw_query
