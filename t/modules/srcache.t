# The srcache module with memcached: what is stored, and what comes back.
# services: memcached
use Test::Nginx::Socket::Lua 'no_plan';

our $memc = <<'END';
    location = /memc {
        internal;
        set $memc_key $query_string;
        set $memc_exptime 300;
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

=== a response is made once, then comes from the cache
--- config eval
"$::memc" . '
    location = /t {
        default_type text/css;
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status "$srcache_fetch_status $srcache_store_status";
        content_by_lua_block {
            made = (made or 0) + 1
            ngx.header["X-A"] = {"1", "2"}
            ngx.header["Set-Cookie"] = "secret=1"
            ngx.print("made ", made > 0)
        }
    }'
--- request eval
["GET /flush", "GET /t", "GET /t", "GET /stored?/t"]
--- response_headers eval
["", "X-Status: MISS STORE\nX-A: 1, 2\nSet-Cookie: secret=1", "X-Status: HIT BYPASS\nX-A: 1, 2\n!Set-Cookie\nContent-Length: 9\nContent-Type: text/css", ""]
--- response_body eval
["OK\r\n", "made true", "made true", "HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nX-A: 1\r\nX-A: 2\r\n\r\nmade true"]
--- no_error_log
[error]



=== arguments may stand in the URI, and the methods are free
--- config eval
"$::memc" . '
    location = /cache {
        internal;
        set $memc_cmd $arg_cmd;
        set $memc_key $arg_key;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /t {
        srcache_fetch POST "/cache?cmd=get&key=$arg_k";
        srcache_store DELETE "/cache?cmd=set&key=$arg_k";
        add_header X-Status $srcache_fetch_status;
        echo $arg_k;
    }'
--- request eval
["GET /flush", "GET /t?k=a1", "GET /t?k=a1", "GET /t?k=a2"]
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT", "X-Status: MISS"]
--- response_body eval
["OK\r\n", "a1\n", "a1\n", "a2\n"]



=== files keep their validators, and ranges are made from the cache
--- config eval
"$::memc" . '
    location = /f.txt {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
    }'
--- user_files
>>> f.txt 201103040521.59
hello, world
--- request eval
["GET /flush", "GET /f.txt", "GET /f.txt", "GET /f.txt", "GET /f.txt", "GET /f.txt", "HEAD /f.txt"]
--- more_headers eval
["", "", "", "Range: bytes=7-", "If-Modified-Since: Fri, 04 Mar 2011 05:21:59 GMT", "If-None-Match: \"4d7076f7-d\"", ""]
--- error_code eval
[200, 200, 200, 206, 304, 304, 200]
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT\nETag: \"4d7076f7-d\"\nAccept-Ranges: bytes\nLast-Modified: Fri, 04 Mar 2011 05:21:59 GMT", "Content-Range: bytes 7-12/13", "X-Status: HIT", "X-Status: HIT", "X-Status: HIT\nContent-Length: 13"]
--- response_body eval
["OK\r\n", "hello, world\n", "hello, world\n", "world\n", "", "", ""]



=== parts are not stored, unless they are meant to be
--- config eval
"$::memc" . '
    location = /f.txt {
        srcache_store PUT /memc $uri;
    }
    location = /g.txt {
        srcache_store PUT /memc $uri;
        srcache_store_ranges on;
    }'
--- user_files
>>> f.txt 201103040521.59
hello, world
>>> g.txt 201103040521.59
hello, world
--- request eval
["GET /flush", "GET /f.txt", "GET /stored?/f.txt", "GET /g.txt", "GET /stored?/g.txt"]
--- more_headers eval
["", "Range: bytes=7-", "", "Range: bytes=7-", ""]
--- error_code eval
[200, 206, 404, 206, 200]
--- response_body_like eval
["OK", "^world\n\$", "404", "^world\n\$", "^HTTP/1.1 206 OK\r\n(.*\r\n)+\r\nworld\n\$"]



=== what is stored is not compressed, what comes back may be
--- config eval
"$::memc" . '
    gzip on;
    gzip_min_length 1;
    gzip_types text/plain;
    default_type text/plain;
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        echo_duplicate 100 abc;
    }'
--- request eval
["GET /flush", "GET /t", "GET /stored?/t", "GET /t", "GET /t"]
--- more_headers eval
["", "Accept-Encoding: gzip", "", "Accept-Encoding: gzip", ""]
--- response_headers eval
["", "Content-Encoding: gzip", "", "Content-Encoding: gzip", "!Content-Encoding"]
--- response_body_like eval
["OK", "\x1f\x8b", "^HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n(abc){100}\$", "\x1f\x8b", "^(abc){100}\$"]



=== compressed responses are not stored, unless they are meant to be
--- config eval
"$::memc" . '
    location = /t {
        srcache_store PUT /memc $uri;
        more_set_headers "Content-Encoding: gzip";
        echo zipped;
    }
    location = /u {
        srcache_store PUT /memc $uri;
        srcache_ignore_content_encoding on;
        more_set_headers "Content-Encoding: gzip";
        echo zipped;
    }'
--- request eval
["GET /flush", "GET /u", "GET /stored?/u", "GET /t"]
--- error_code eval
[200, 200, 200, 200]
--- response_body_like eval
["OK", "zipped", "Content-Encoding: gzip\r\n\r\nzipped", "zipped"]



=== a warning tells of compressed responses
--- config eval
"$::memc" . '
    location = /t {
        srcache_store PUT /memc $uri;
        more_set_headers "Content-Encoding: gzip";
        echo zipped;
    }'
--- request
GET /t
--- error_log
srcache_store skipped due to response header "Content-Encoding: gzip" (maybe you forgot to disable compression on the backend?)



=== big responses, in many buffers
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
        content_by_lua_block {
            for i = 1, 500 do
                ngx.print(("0123456789"):rep(100))
                ngx.flush(true)
            end
        }
    }'
--- request eval
["GET /flush", "GET /t", "GET /t"]
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT\nContent-Length: 500000"]
--- response_body eval
["OK\r\n", "0123456789" x 50_000, "0123456789" x 50_000]
--- timeout: 10



=== srcache_store_max_size
--- config eval
"$::memc" . '
    default_type text/plain;
    location = /fits {
        srcache_store PUT /memc $uri;
        srcache_store_max_size 55;
        echo hello; # 45 bytes of headers, 6 of body
    }
    location = /long {
        srcache_store PUT /memc $uri;
        srcache_store_max_size 50;
        echo hello;
    }
    location = /known {
        srcache_store PUT /memc $uri;
        srcache_store_max_size 50;
        content_by_lua_block {
            ngx.header.content_length = 36
            ngx.print(("x"):rep(36))
        }
    }'
--- request eval
["GET /flush", "GET /fits", "GET /long", "GET /known", "GET /stored?/fits", "GET /stored?/long", "GET /stored?/known"]
--- error_code eval
[200, 200, 200, 200, 200, 404, 404]



=== srcache_store_statuses
--- config eval
"$::memc" . '
    location = /default {
        srcache_store PUT /memc $uri?$arg_s;
        content_by_lua_block { ngx.status = ngx.var.arg_s; ngx.say("status") }
    }
    location = /chosen {
        srcache_fetch GET /memc $uri?$arg_s;
        srcache_store PUT /memc $uri?$arg_s;
        srcache_store_statuses 404 503;
        content_by_lua_block { ngx.status = ngx.var.arg_s; ngx.say("status ", ngx.var.srcache_fetch_status) }
    }'
--- request eval
["GET /flush", "GET /default?s=200", "GET /default?s=307", "GET /default?s=404", "GET /chosen?s=200", "GET /chosen?s=404", "GET /stored?/default?200", "GET /stored?/default?307", "GET /stored?/default?404", "GET /stored?/chosen?200", "GET /chosen?s=404"]
--- error_code eval
[200, 200, 307, 404, 200, 404, 200, 200, 404, 404, 404]
--- response_body_like eval
["OK", ("status") x 5, "HTTP/1.1 200 OK\r\n", "HTTP/1.1 307 Temporary Redirect\r\n", "404", "404", "status MISS"]



=== headers that are hidden, and passed
--- config eval
"$::memc" . '
    location = /t {
        srcache_store PUT /memc $uri;
        srcache_store_hide_header X-Secret;
        srcache_store_hide_header Content-Type;
        srcache_store_pass_header Set-Cookie;
        more_set_headers "X-Secret: 1" "Set-Cookie: a=b" "X-Open: 2";
        echo hidden;
    }'
--- request eval
["GET /flush", "GET /t", "GET /stored?/t"]
--- response_body_like eval
["OK", "hidden", "^HTTP/1.1 200 OK\r\n(X-Open: 2\r\nSet-Cookie: a=b|Set-Cookie: a=b\r\nX-Open: 2)\r\n\r\nhidden\n\$"]



=== other methods come under it when they are named
--- config eval
"$::memc" . '
    location = /t {
        srcache_methods POST;
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
        echo_read_request_body;
        echo "$request_method $request_body";
    }
    location = /u {
        srcache_store PUT /memc $uri;
        echo $request_method;
    }'
--- request eval
["GET /flush", "POST /t\nbody", "POST /t\nother", "PUT /t\nput", "POST /u", "GET /stored?/u"]
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT", "X-Status: BYPASS", "", ""]
--- response_body_like eval
["OK", "^POST body\$", "^POST body\$", "^PUT put\$", "POST", "404"]
--- error_code eval
[200, 200, 200, 200, 200, 404]



=== HEAD fetches and does not store
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
        echo hello;
    }'
--- request eval
["GET /flush", "HEAD /t", "GET /t", "HEAD /t"]
--- response_headers eval
["", "X-Status: MISS", "X-Status: MISS", "X-Status: HIT\nContent-Length: 6"]



=== an empty body
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status;
        content_by_lua_block { ngx.header["X-Empty"] = "yes" }
    }'
--- request eval
["GET /flush", "GET /t", "GET /t"]
--- response_headers eval
["", "X-Status: MISS", "X-Status: HIT\nContent-Length: 0\nX-Empty: yes"]
--- response_body eval
["OK\r\n", "", ""]



=== redirects keep their target
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc $uri;
        srcache_store PUT /memc $uri;
        add_header X-Status $srcache_fetch_status always;
        content_by_lua_block { ngx.redirect("/other?x=1", 301) }
    }'
--- request eval
["GET /flush", "GET /t", "GET /t"]
--- error_code eval
[200, 301, 301]
--- response_headers_like eval
["", "X-Status: MISS\nLocation: \\S*/other\\?x=1", "X-Status: HIT\nLocation: \\S*/other\\?x=1"]



=== the cache is asked behind access control
--- config eval
"$::memc" . '
    location = /t {
        srcache_fetch GET /memc /t;
        srcache_store PUT /memc /t;
        echo hello;
    }
    location = /denied {
        deny all;
        srcache_fetch GET /memc /t;
        echo no;
    }
    location = /lua {
        access_by_lua_block { ngx.exit(ngx.var.arg_ok and ngx.OK or 401) }
        srcache_fetch GET /memc /t;
        echo no;
    }
    location = /any {
        satisfy any;
        deny all;
        access_by_lua_block { if ngx.var.arg_ok then ngx.exit(ngx.OK) end ngx.exit(403) }
        srcache_fetch GET /memc /t;
        echo no;
    }'
--- request eval
["GET /flush", "GET /t", "GET /denied", "GET /lua", "GET /lua?ok=1", "GET /any", "GET /any?ok=1"]
--- error_code eval
[200, 200, 403, 401, 200, 403, 200]
--- response_body_like eval
["OK", "hello", "403", "401", "hello", "403", "hello"]



=== an internal redirect takes the new location's settings
--- config eval
"$::memc" . '
    location = /t {
        srcache_store PUT /memc /t;
        echo_exec /u;
    }
    location = /u {
        srcache_store PUT /memc /u;
        echo hello;
    }'
--- request eval
["GET /flush", "GET /t", "GET /stored?/t", "GET /stored?/u"]
--- error_code eval
[200, 200, 404, 200]



=== subrequests are not cached themselves
--- config eval
"$::memc" . '
    location = /t { echo_location /sub; }
    location = /sub {
        srcache_store PUT /memc /sub;
        echo hello;
    }'
--- request eval
["GET /flush", "GET /t", "GET /stored?/sub"]
--- error_code eval
[200, 200, 404]
