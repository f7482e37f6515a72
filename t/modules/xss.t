# The xss module: JSON responses wrapped in a callback.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== wrapped, and not wrapped without the argument
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /t {
        echo '[]';
    }
--- request eval
["GET /t?cb=bar", "GET /t?x=1&CB=f.g[3]", "GET /t", "GET /t?cbx=1"]
--- response_headers eval
["Content-Type: application/x-javascript", "Content-Type: application/x-javascript",
"Content-Type: application/json", "Content-Type: application/json"]
--- response_body eval
["bar([]\n);", "f.g[3]([]\n);", "[]\n", "[]\n"]



=== names that may be called
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /t {
        echo -n 1;
    }
--- request eval
[map { "GET /t?cb=$_" } qw(a _ $ $a_1.B2 a[0] a[1.5] a[.5] a%5B1%5D %61)]
--- response_body eval
[map { "$_(1);" } qw(a _ $ $a_1.B2 a[0] a[1.5] a[.5] a[1] a)]
--- no_error_log
[error]



=== names that may not
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /t {
        echo -n 1;
    }
--- request eval
[map { "GET /t?cb=$_" } ('', qw(1a a. .a a..b a[] a[b] a[1 a[1]] a[1.] a[1][2] a[1].b a() a;b a%20 a%00 a+b a-b é))]
--- response_body eval
[('1') x 19]
--- error_log
xss: bad callback argument: "



=== what else is not wrapped: other methods, types, statuses
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /post { echo -n 1; }
    location = /type { default_type text/plain; echo -n 1; }
    location = /status { echo_status 404; echo -n 1; }
    location = /off { xss_get off; echo -n 1; }
--- request eval
["POST /post?cb=a", "GET /type?cb=a", "GET /status?cb=a", "GET /off?cb=a"]
--- error_code eval
[200, 200, 404, 200]
--- response_body eval
[('1') x 4]



=== other statuses on demand, which become 200 or stay
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /over { xss_check_status off; echo_status 404; echo -n 1; }
    location = /stay { xss_check_status off; xss_override_status off; echo_status 404; echo -n 1; }
    location = /created { echo_status 201; echo -n 1; }
--- request eval
["GET /over?cb=a", "GET /stay?cb=a", "GET /created?cb=a"]
--- error_code eval
[200, 404, 201]
--- response_body eval
[('a(1);') x 3]



=== types of input and output
--- config
    xss_get on;
    xss_callback_arg cb;
    xss_input_types text/plain application/json;
    xss_output_type text/javascript;
    location = /t {
        default_type text/plain;
        echo -n 1;
    }
--- request
GET /t?cb=a
--- response_headers
Content-Type: text/javascript
--- response_body chomp
a(1);



=== Content-Length and Accept-Ranges go
--- config
    location /f {
        default_type application/json;
        xss_get on;
        xss_callback_arg cb;
        if ($arg_cb = x) {
            xss_callback_arg none;
        }
    }
--- user_files
>>> f
[1]
--- request eval
["GET /f?cb=a", "GET /f", "GET /f?cb=x"]
--- response_headers eval
["!Content-Length\n!Accept-Ranges", "Content-Length: 4\nAccept-Ranges: bytes", "Content-Length: 4"]
--- response_body eval
["a([1]\n);", "[1]\n", "[1]\n"]



=== HEAD has no body
--- config
    location = /t {
        default_type application/json;
        xss_get on;
        xss_callback_arg cb;
        echo 1;
    }
--- request
HEAD /t?cb=a
--- response_headers
Content-Type: application/json
--- response_body



=== without a configured argument
--- config
    location = /t {
        default_type application/json;
        xss_get on;
        echo -n 1;
    }
--- request
GET /t?cb=a
--- response_body chomp
1
--- error_log
xss: xss_get is enabled but no xss_callback_arg specified



=== around the output of subrequests, which is not wrapped itself
--- config
    default_type application/json;
    xss_get on;
    xss_callback_arg cb;
    location = /sub { echo -n "$arg_n"; }
    location = /t {
        echo_location /sub?n=1&cb=b;
        echo -n ,;
        echo_location_async /sub?n=2;
        echo_location_async /sub?n=3;
    }
    location = /only {
        echo_location_async /sub?n=2;
    }
    location = /capture {
        content_by_lua_block { ngx.print(ngx.location.capture("/sub?cb=c&n=4").body) }
    }
--- request eval
["GET /t?cb=a", "GET /only?cb=a", "GET /capture?cb=a"]
--- response_body eval
["a(1,23);", "a(2);", "a(4);"]



=== after a redirect, from a proxied server, and compressed
--- config
    default_type application/json;
    xss_callback_arg cb;
    location = /json { echo '{"a":1}'; }
    location = /proxy { xss_get on; proxy_pass http://127.0.0.1:$server_port/json; }
    location = /exec { echo_exec /t?$args; }
    location = /t {
        xss_get on;
        gzip on;
        gzip_types application/x-javascript;
        gzip_min_length 0;
        echo 1;
    }
--- more_headers
Accept-Encoding: gzip
--- request eval
["GET /proxy?cb=a", "GET /exec?cb=a"]
--- response_headers eval
["!Content-Encoding", "Content-Encoding: gzip"]
--- response_body_filters eval
sub { my $s = shift; return $s if $s !~ /^\x1f\x8b/; require Compress::Zlib; return Compress::Zlib::memGunzip($s) }
--- response_body eval
["a({\"a\":1}\n);", "a(1\n);"]
