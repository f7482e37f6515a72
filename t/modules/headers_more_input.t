# more_set_input_headers and more_clear_input_headers.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== request headers are set, replaced and cleared
--- config
    location = /t {
        more_set_input_headers "X-New: a$arg_x" "X-Two: one" "X-Empty:" "X-Star-*: literal";
        more_clear_input_headers "X-Gone: ignored" "X-Pre-*";
        proxy_pass http://127.0.0.1:$server_port/backend;
    }
    location = /backend {
        echo "$http_x_new|$http_x_two|$http_x_empty|$http_x_gone|$http_x_pre_1|$http_x_keep";
        echo -n $echo_client_request_headers;
    }
--- request
GET /t?x=1
--- more_headers
X-Two: 1
X-Two: 2
X-Gone: 1
X-Gone: 2
X-Pre-1: 1
X-Pre-2: 1
X-Empty: no
X-Keep: yes
X-Star-1: yes
--- response_body_like
^a1\|one\|\|\|\|yes
GET /backend.*X-Two: one\r\nX-Keep: yes\r\nX-Star-1: yes\r\nX-New: a1\r\nX-Star-\*: literal\r



=== -r replaces only what is there
--- config
    location = /t {
        more_set_input_headers -r "X-Old: new" "X-None: new" "Host: new";
        echo "$http_x_old [$http_x_none] $host";
    }
--- request
GET /t
--- more_headers
X-Old: old
--- response_body
new [] new



=== commands are for requests of certain types
--- config
    location = /t {
        more_set_input_headers -t "text/plain text/css" "X-Foo: set";
        echo "[$http_x_foo]";
    }
--- request eval
["POST /t\nbody", "POST /t\nbody", "GET /t"]
--- more_headers eval
["Content-Type: text/css", "Content-Type: text/html", ""]
--- response_body eval
["[set]\n", "[]\n", "[]\n"]



=== Host gives the request another name
--- config
    location = /t {
        more_set_input_headers "Host: $arg_host";
        echo "$host $http_host";
    }
--- request eval
["GET /t?host=Example.COM:81", "GET /t?host=dot.", "GET /t?host="]
--- response_body eval
["example.com Example.COM:81\n", "dot dot.\n", "localhost \n"]



=== an invalid Host ends the request
--- config
    location = /t {
        more_set_input_headers "Host: $arg_host";
        echo $host;
    }
--- request eval
["GET /t?host=a..b", "GET /t?host=a/b"]
--- error_code eval
[500, 500]



=== headers that nginx has parsed follow
--- config
    location = /t {
        more_set_input_headers "Cookie: a=1; b=2" "X-Forwarded-For: 9.9.9.9" "Range: bytes=1-2";
        proxy_pass http://127.0.0.1:$server_port/backend;
        proxy_set_header X-Seen "$cookie_a$cookie_b $http_cookie $proxy_add_x_forwarded_for";
    }
    location = /backend {
        echo $http_x_seen;
    }
    if_modified_since before;
    location = /range {
        more_set_input_headers "Range: bytes=1-2";
        alias html/a.txt;
    }
    location = /norange {
        more_clear_input_headers Range If-Modified-Since;
        alias html/a.txt;
    }
--- user_files
>>> a.txt
0123
--- request eval
["GET /t", "GET /range", "GET /norange"]
--- more_headers
Cookie: x=y
Cookie: z=z
X-Forwarded-For: 1.1.1.1
Range: bytes=0-0
If-Modified-Since: Wed, 01 Jan 2098 00:00:00 GMT
--- error_code eval
[200, 304, 200]
--- response_body eval
["12 a=1; b=2 9.9.9.9, 127.0.0.1\n", "", "0123\n"]



=== Content-Length bounds what is read of the body
--- config
    location = /less {
        more_set_input_headers "Content-Length: 2";
        echo_read_request_body;
        echo "$echo_request_body";
    }
    location = /get {
        more_clear_input_headers Content-Length Content-Type;
        proxy_method GET;
        proxy_pass http://127.0.0.1:$server_port/backend;
    }
    location = /backend {
        echo "$echo_request_method [$http_content_length]";
    }
--- request eval
["POST /less\nhello", "POST /get\nhello"]
--- response_body eval
["he\n", "GET []\n"]
--- no_error_log
[alert]



=== a browser is recognised by the header that was set
--- config
    location = /t {
        more_set_input_headers "User-Agent: $http_x_agent";
        gzip on;
        gzip_min_length 1;
        gzip_disable msie6;
        gzip_types text/plain;
        default_type text/plain;
        echo text;
    }
--- request eval
["GET /t", "GET /t"]
--- more_headers eval
["Accept-Encoding: gzip\nX-Agent: Mozilla/4.0 (MSIE 6.0; x)", "Accept-Encoding: gzip\nX-Agent: Mozilla/4.0 (MSIE 7.0; x)"]
--- response_headers eval
["! Content-Encoding", "Content-Encoding: gzip"]



=== more headers than one part of nginx's list holds
--- config
    location = /t {
        more_clear_input_headers "X-2*" "X-4*";
        more_set_input_headers "X-New: 1" "Accept: 2";
        proxy_pass http://127.0.0.1:$server_port/backend;
    }
    location = /backend {
        echo -n $echo_client_request_headers;
    }
--- request
GET /t
--- more_headers eval
CORE::join "\n", map { "X-$_: $_" } 1 .. 49
--- response_body eval
"GET /backend HTTP/1.0\r\nHost: 127.0.0.1:" . Test::Nginx::Util::server_port() . "\r\nConnection: close\r\n"
. CORE::join("", map { "X-$_: $_\r\n" } grep { !/^[24]/ } 1 .. 49) . "X-New: 1\r\nAccept: 2\r\n\r\n"



=== clearing everything and setting it again
--- config
    location = /t {
        more_clear_input_headers "X-*" "C*" "H*";
        more_clear_input_headers User-Agent;
        more_set_input_headers "Host: a" "X-A: b";
        more_clear_input_headers Host X-A;
        more_set_input_headers "Host: c" "X-A: d";
        echo "$host $http_host $http_x_a [$http_connection]";
    }
--- request
GET /t
--- more_headers
X-B: 1
--- response_body
c c d []



=== request headers change after set and rewrite
--- config
    location = /t {
        more_set_input_headers "X-Foo: $x";
        set $x late;
        rewrite ^ /target last;
    }
    location = /target {
        more_set_input_headers "X-Bar: target";
        echo "$http_x_foo $http_x_bar";
    }
--- request
GET /t
--- response_body
late target



=== a subrequest's changes are its parent's, too
--- config
    location = /t {
        echo_location /sub;
        echo "$http_x_foo $http_range";
    }
    location = /sub {
        more_set_input_headers "X-Foo: new" "Range: bytes=0-1";
        echo "$http_x_foo $http_range";
    }
--- request
GET /t
--- more_headers
X-Foo: old
--- response_body
new bytes=0-1
new bytes=0-1



=== a request of HTTP/0.9 has no headers to change
--- config
    location = /t {
        more_set_input_headers "X-Foo: bar";
        more_clear_input_headers Host;
        echo "[$http_x_foo]";
    }
--- raw_request eval
"GET /t\r\n"
--- http09
--- response_body
[]
--- no_error_log
[error]
[alert]



=== statuses are no condition for requests
--- config
    location = /t { more_set_input_headers -s 200 "X-Foo: bar"; }
--- must_die
--- error_log
more_set_input_headers: invalid option name: "-s"
