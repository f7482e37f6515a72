# What the srcache module tells the debug log.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

our $cache = <<'END';
    location = /fetch { echo -n "HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhit"; }
    location = /none { return 404; }
    location = /store { return 201; }
END

log_level('debug');
run_tests();

__DATA__

=== a hit
--- config eval
"$::cache" . '
    location = /t { srcache_fetch GET /fetch; srcache_store PUT /store; echo miss; }'
--- request
GET /t
--- response_body chop
hit
--- error_log
srcache_fetch status line done
srcache_fetch header: "X-A: b"
srcache_fetch header done
srcache_fetch: subrequest returned status 200
srcache_fetch decides to send the response in cache
--- no_error_log
srcache_store decides to store the response



=== a response that is stored
--- config eval
"$::cache" . '
    location = /t { default_type text/css; srcache_fetch GET /none; srcache_store PUT /store; echo hello; }'
--- request
GET /t
--- response_body
hello
--- wait: 0.1
--- error_log
srcache_store decides to store the response
srcache_store: request Content-Length: 49
srcache_store: subrequest returned status



=== methods that do not come under it
--- config eval
"$::cache" . '
    location = /t { srcache_fetch GET /fetch; srcache_store PUT /store; echo hello; }'
--- request
DELETE /t
--- error_log
srcache_fetch and srcache_store skipped due to request method DELETE



=== HEAD
--- config eval
"$::cache" . '
    location = /t { srcache_store PUT /store; echo hello; }'
--- request
HEAD /t
--- error_log
srcache_store skipped due to request method HEAD



=== what the client wants
--- config eval
"$::cache" . '
    location = /t { srcache_request_cache_control on; srcache_fetch GET /fetch; srcache_store PUT /store; echo hello; }'
--- request
GET /t
--- more_headers
Pragma: no-cache
Cache-Control: no-store
--- error_log
srcache_fetch skipped due to request headers "Cache-Control: no-cache" or "Pragma: no-cache"
srcache_store skipped due to request header "Cache-Control: no-store"



=== what the response wants
--- config eval
"$::cache" . '
    location = /t { srcache_store PUT /store; more_set_headers "Cache-Control: private"; echo hello; }'
--- request
GET /t
--- error_log
srcache_store skipped due to response header Cache-Control



=== skipping
--- config eval
"$::cache" . '
    location = /t { srcache_fetch GET /fetch; srcache_fetch_skip yes; srcache_store PUT /store; srcache_store_skip 2; echo hello; }'
--- request
GET /t
--- error_log
srcache_fetch skipped due to the true value fed into srcache_fetch_skip: "yes"
srcache_store skipped due to the true value fed into srcache_store_skip: "2"



=== skipping at the end
--- config eval
"$::cache" . '
    location = /t {
        set $skip "";
        srcache_store PUT /store;
        srcache_store_skip $skip;
        content_by_lua_block { ngx.say(1) ngx.flush(true) ngx.var.skip = 1 ngx.say(2) }
    }'
--- request
GET /t
--- error_log
srcache_store skipped due to the true value in srcache_store_skip: "1"



=== statuses by default
--- config eval
"$::cache" . '
    location = /t { srcache_store PUT /store; content_by_lua_block { ngx.exit(404) } }'
--- request
GET /t
--- error_code: 404
--- error_log
srcache_store bypassed because of unmatched status code 404 (only 200, 301, 302, 307, or 308 are accepted by default)



=== chosen statuses
--- config eval
"$::cache" . '
    location = /t { srcache_store PUT /store; srcache_store_statuses 404; echo hello; }'
--- request
GET /t
--- error_log
srcache_store bypassed because of unmatched status code 200 with srcache_store_statuses



=== a length that is too large
--- config eval
"$::cache" . '
    location = /t { srcache_store PUT /store; srcache_store_max_size 20; content_by_lua_block { ngx.header.content_length = 6 ngx.say("hello") } }'
--- request
GET /t
--- error_log
srcache_store bypassed because of too large Content-Length response header: 6 (limit is: 20)



=== a body that grows too large
--- config eval
"$::cache" . '
    location = /t { default_type text/css; srcache_store PUT /store; srcache_store_max_size 48; echo hello; }'
--- request
GET /t
--- error_log
srcache_store bypassed because response body exceeded maximum size: 49 (limit is: 48)
