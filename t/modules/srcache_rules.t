# The srcache module: Cache-Control, skipping, expiry; caches that are no good; configuration errors.
# services: memcached
use Test::Nginx::Socket::Lua 'no_plan';

our $memc = <<'END';
    location = /memc {
        internal;
        set $memc_key $query_string;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /flush {
        set $memc_cmd flush_all;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /stored {
        set $memc_key $query_string;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
END

repeat_each(2);
run_tests();

__DATA__

=== what responses say about being kept
--- config eval
"$::memc" . '
    location = /t {
        set_unescape_uri $control $arg_control;
        set_unescape_uri $expires $arg_expires;
        content_by_lua_block {
            if ngx.var.control ~= "" then
                ngx.header["Cache-Control"] = ngx.var.control
            end
            if ngx.var.expires ~= "" then
                ngx.header["Expires"] = ngx.var.expires
            end
            ngx.say(ngx.var.srcache_store_status)
        }
        header_filter_by_lua_block { ngx.header["X-Store"] = ngx.var.srcache_store_status }
        srcache_store PUT /memc /t;
    }'
--- request eval
["GET /t", "GET /t?control=private", "GET /t?control=x,No-Store", "GET /t?control=no-cache", "GET /t?control=max-age=0", "GET /t?control=max-age=5x", "GET /t?control=public,max-age=5", "GET /t?expires=never", "GET /t?expires=Thu,%2001%20Jan%201970%2000:00:01%20GMT", "GET /t?expires=Thu,%2001%20Jan%202037%2000:00:00%20GMT", "GET /t?control=max-age=5&expires=never"]
--- response_headers eval
["X-Store: STORE", ("X-Store: BYPASS") x 5, "X-Store: STORE", ("X-Store: BYPASS") x 2, ("X-Store: STORE") x 2]



=== what responses say may be ignored
--- config
    location = /store { return 201; }
    srcache_store PUT /store;
    location = /private {
        srcache_store_private on;
        more_set_headers "Cache-Control: private";
        add_header X-Store $srcache_store_status;
        echo;
    }
    location = /no-store {
        srcache_store_no_store on;
        more_set_headers "Cache-Control: no-store";
        add_header X-Store $srcache_store_status;
        echo;
    }
    location = /no-cache {
        srcache_store_no_cache on;
        more_set_headers "Cache-Control: no-cache";
        add_header X-Store $srcache_store_status;
        echo;
    }
    location = /off {
        srcache_response_cache_control off;
        more_set_headers "Cache-Control: private, max-age=0";
        add_header X-Store $srcache_store_status;
        echo;
    }
    location = /none {
        more_set_headers "Cache-Control: no-cache";
        add_header X-Store $srcache_store_status;
        echo;
    }
--- request eval
["GET /private", "GET /no-store", "GET /no-cache", "GET /off", "GET /none"]
--- response_headers eval
[("X-Store: STORE") x 4, "X-Store: BYPASS"]



=== how long a response may be kept
--- config
    location = /store { return 201; }
    location = /t {
        set_unescape_uri $control $arg_control;
        srcache_store PUT /store;
        srcache_default_expire 7s;
        srcache_max_expire 1m;
        more_set_headers "Cache-Control: $control";
        add_header X-Expire "[$srcache_expire]";
        echo;
    }
    location = /u {
        srcache_store PUT /store;
        add_header X-Expire "[$srcache_expire]";
        echo;
    }
    location = /none {
        add_header X-Expire "[$srcache_expire]";
        echo;
    }
--- request eval
["GET /t?control=max-age=20", "GET /t?control=max-age=200", "GET /t", "GET /u", "GET /t?control=private", "GET /none"]
--- response_headers eval
["X-Expire: [20]", "X-Expire: [60]", "X-Expire: [7]", "X-Expire: [60]", "X-Expire: []", "X-Expire: []"]



=== the store's location and its arguments may know it
--- config eval
"$::memc" . '
    location = /store {
        set $memc_key $arg_key;
        set $memc_exptime $arg_exptime;
        set $memc_value "$arg_exptime $srcache_expire";
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /t {
        srcache_store PUT /store key=expire&exptime=$srcache_expire;
        more_set_headers "Cache-Control: max-age=33";
        echo;
    }'
--- request eval
["GET /t", "GET /stored?expire"]
--- response_body eval
["\n", "33 33"]



=== what clients ask for
--- config eval
"$::memc" . '
    location = /t {
        srcache_request_cache_control on;
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status "$srcache_fetch_status $srcache_store_status";
        echo hello;
    }'
--- request eval
["GET /flush", ("GET /t") x 6]
--- more_headers eval
["", "Cache-Control: no-cache, no-store", "Cache-Control: No-Cache", "", "Cache-Control: no-store", "Pragma: no-cache", "Pragma: no-cache\nCache-Control: no-store"]
--- response_headers eval
["", "X-Status: BYPASS BYPASS", "X-Status: BYPASS STORE", "X-Status: HIT BYPASS", "X-Status: HIT BYPASS", "X-Status: BYPASS STORE", "X-Status: BYPASS BYPASS"]



=== clients are not listened to by default
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
        echo hello;
    }'
--- request eval
["GET /flush", "GET /t", "GET /t"]
--- more_headers
Cache-Control: no-cache, no-store
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT"]



=== skipping
--- config
    location = /fetch { echo "HTTP/1.1 200 OK\r\n\r\nhit"; }
    location = /store { return 201; }
    location = /t {
        srcache_fetch GET /fetch;
        srcache_store PUT /store;
        srcache_fetch_skip $arg_f;
        srcache_store_skip $arg_s;
        add_header X-Status "$srcache_fetch_status $srcache_store_status";
        echo hello;
    }
--- request eval
["GET /t", "GET /t?f=0", "GET /t?f=1", "GET /t?f=no&s=0", "GET /t?f=1&s=00"]
--- response_headers eval
["X-Status: HIT BYPASS", "X-Status: HIT BYPASS", "X-Status: BYPASS STORE", "X-Status: BYPASS STORE", "X-Status: BYPASS BYPASS"]



=== skipping may be decided at the body's end
--- config eval
"$::memc" . '
    location = /t {
        set $skip "";
        srcache_store PUT /memc $uri;
        srcache_store_skip $skip;
        content_by_lua_block {
            ngx.print("half ")
            ngx.flush(true)
            ngx.var.skip = "1"
            ngx.say("of it")
        }
    }'
--- request eval
["GET /flush", "GET /t", "GET /stored?/t"]
--- error_code eval
[200, 200, 404]



=== caches that are no good
--- config
    location = /fetch {
        content_by_lua_block {
            local answers = {
                empty = "",
                status = "hello\r\n\r\n",
                header = "HTTP/1.1 200 OK\r\nno header\r\n\r\nbody",
                short = "HTTP/1.1 200 OK\r\nA: b\r\n",
                long = "HTTP/1.1 200 OK\r\nContent-Type: foo/bar\r\n\r\nbody",
            }
            ngx.print(answers[ngx.var.query_string])
        }
    }
    location = /t {
        srcache_fetch GET /fetch $arg_a;
        srcache_header_buffer_size 22;
        content_by_lua_block { ngx.print(ngx.var.srcache_fetch_status, " ") }
    }
--- request eval
["GET /t?a=empty", "GET /t?a=status", "GET /t?a=header", "GET /t?a=short", "GET /t?a=long"]
--- response_body eval
[("MISS ") x 5]



=== the log tells what is wrong with an invalid header
--- config
    location = /fetch { echo -n "HTTP/1.1 200 OK\r\nno header\r\n\r\nbody"; }
    location = /t { srcache_fetch GET /fetch; echo miss; }
--- request
GET /t
--- response_body
miss
--- error_log
srcache_fetch: cache sent invalid header



=== the log tells what is wrong with an invalid status line
--- config
    location = /fetch { echo "hello"; }
    location = /t { srcache_fetch GET /fetch; echo miss; }
--- request
GET /t
--- response_body
miss
--- error_log
srcache_fetch: cache sent invalid status line



=== the log tells what is wrong with a head that ends early
--- config
    location = /fetch { echo -n "HTTP/1.1 200 OK\r\nA: b\r\n"; }
    location = /t { srcache_fetch GET /fetch; echo miss; }
--- request
GET /t
--- response_body
miss
--- error_log
srcache_fetch: cache sent truncated status line or headers



=== the log tells of a buffer that is too small
--- config
    location = /fetch { echo -n "HTTP/1.1 200 OK\r\nContent-Type: foo/bar\r\n\r\nbody"; }
    location = /t { srcache_fetch GET /fetch; srcache_header_buffer_size 22; echo miss; }
    location = /u { srcache_fetch GET /fetch; srcache_header_buffer_size 23; echo miss; }
--- request eval
["GET /t", "GET /u"]
--- response_body eval
["miss\n", "body"]



=== a head that comes byte by byte
--- config
    location = /fetch {
        content_by_lua_block {
            for c in ("HTTP/1.1 202 Fine\r\nX-A: b\r\n\r\nbody"):gmatch(".") do
                ngx.print(c)
                ngx.flush()
            end
        }
    }
    location = /t { srcache_fetch GET /fetch; echo miss; }
--- request
GET /t
--- error_code: 202
--- response_headers
X-A: b
Content-Length: 4
--- response_body chop
body



=== a cached response brings no headers about the connection
--- config
    location = /fetch {
        echo -n "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nKeep-Alive: x\r\nX-A: b\r\n\r\nbody";
    }
    location = /t { srcache_fetch GET /fetch; echo miss; }
--- request
GET /t
--- response_headers
Content-Length: 4
X-A: b
!Transfer-Encoding
!Keep-Alive
--- response_body chop
body



=== a fetch that fails is a miss
--- config
    location = /t {
        srcache_fetch GET $arg_u;
        echo $srcache_fetch_status;
    }
    location = /404 { return 404; }
    location = /500 { content_by_lua_block { ngx.exit(500) } }
    location = /error { content_by_lua_block { ngx.exit(ngx.ERROR) } }
    location = /refused { set $memc_key k; memc_pass 127.0.0.1:1; }
    location = /redirected { error_page 404 = /hit; return 404; }
    location = /exec { echo_exec /hit; }
    location = /hit { echo "HTTP/1.1 200 OK\r\n\r\nhit"; }
    location = /nested { echo_location /hit; }
--- request eval
["GET /t?u=/404", "GET /t?u=/500", "GET /t?u=/error", "GET /t?u=/refused", "GET /t?u=/../..", "GET /t", "GET /t?u=/exec", "GET /t?u=/nested"]
--- response_body eval
[("MISS\n") x 6, ("hit\n") x 2]



=== a store that fails is logged
--- config
    location = /t {
        srcache_store PUT /store;
        echo hello;
    }
    location = /store { return 400; }
--- request
GET /t
--- response_body
hello
--- wait: 0.1
--- error_log
srcache_store subrequest failed: rc=400 status=0



=== what the store gets
--- config
    location = /t {
        srcache_store POST /store?x=1;
        default_type text/plain;
        echo hello;
        echo world;
    }
    location = /store {
        content_by_lua_block {
            local v = ngx.var
            stored = table.concat({ngx.req.get_method(), v.arg_x, v.http_content_length, v.http_x_mine,
                v.http_transfer_encoding or "-", ngx.req.get_body_data()}, "|")
        }
    }
    location = /told { content_by_lua_block { ngx.print(stored) } }
--- request eval
["POST /t", "GET /t", "GET /told"]
--- more_headers
X-Mine: 1
--- response_body_like eval
["hello", "hello", "POST.1.57.1.-.HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello\nworld\n"]



=== a bad method
--- config
    srcache_fetch get /x;
--- must_die
--- error_log
srcache_fetch specifies bad HTTP method get



=== what stands once
--- config
    srcache_store PUT /x;
    srcache_store PUT /y;
--- must_die
--- error_log
"srcache_store" directive is duplicate



=== statuses are numbers
--- config
    srcache_store_statuses 200 x;
--- must_die
--- error_log
status code "x" is an invalid number



=== statuses are above 0
--- config
    srcache_store_statuses 0;
--- must_die
--- error_log
status code "0" is not a positive number
