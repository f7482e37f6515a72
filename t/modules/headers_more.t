# more_set_headers and more_clear_headers.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== a header is set, and replaces those of its name
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$server_port/backend;
        more_set_headers "X-New: a$arg_x" "X-Many: one" "x-lower : kept: here";
    }
    location = /backend {
        add_header X-Many first;
        add_header X-Many second;
        return 200 ok;
    }
--- request
GET /t?x=1
--- response_headers
X-New: a1
X-Many: one
X-Lower: kept: here
--- raw_response_headers_unlike: X-Many: (?:first|second)



=== headers are cleared by name, by empty value and by prefix
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$server_port/backend;
        more_clear_headers X-A "X-B: ignored" "X-Pre-*";
        more_set_headers "X-C:" X-D "X-E: $arg_none" "X-Absent:";
    }
    location = /backend {
        add_header X-A 1;
        add_header X-A 2;
        add_header X-B 1;
        add_header X-C 1;
        add_header X-D 1;
        add_header X-E 1;
        add_header X-Pre-1 1;
        add_header X-Pre-2 1;
        add_header X-Present 1;
        return 200 ok;
    }
--- request
GET /t
--- response_headers
! X-A
! X-B
! X-C
! X-D
! X-E
! X-Absent
! X-Pre-1
! X-Pre-2
X-Present: 1



=== a name with a star is set as it stands
--- config
    location = /t {
        add_header X-Foo 1;
        more_set_headers "X-*: value";
        return 200 ok;
    }
--- request
GET /t
--- response_headers
X-*: value
X-Foo: 1



=== -a adds to what is there
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$server_port/backend;
        more_set_headers -a "Set-Cookie: b=2" "Set-Cookie: c=3";
    }
    location = /backend {
        add_header Set-Cookie a=1;
        return 200 ok;
    }
--- request
GET /t
--- raw_response_headers_like: Set-Cookie: a=1\r\n(?s).*Set-Cookie: b=2\r\nSet-Cookie: c=3\r\n



=== commands are for certain types and statuses
--- config
    location = /type {
        default_type text/xml;
        charset utf-8;
        more_set_headers -t "text/plain text/css;text/xml" "X-A: 1";
        more_set_headers -t text/plain -t text/css "X-B: 1";
        return 200 ok;
    }
    location = /status {
        more_set_headers -s "200 404" -s 500 "X-A: 1";
        more_set_headers "X-B: 1" -s 403;
        more_set_headers -s 404 -t text/plain "X-B: 1";
        return 404;
    }
--- request eval
["GET /type", "GET /status"]
--- error_code eval
[200, 404]
--- response_headers eval
["X-A: 1\n! X-B", "X-A: 1\n! X-B"]



=== error pages get the headers, too
--- config
    more_set_headers "X-Foo: bar";
    location = /denied {
        deny all;
    }
    location = /missing {
        root html;
    }
--- request eval
["GET /denied", "GET /missing"]
--- error_code eval
[403, 404]
--- response_headers eval
["X-Foo: bar", "X-Foo: bar"]



=== inner commands follow those of the levels around them
--- http_config
    more_set_headers "X-A: http" "X-H: http";
--- config
    more_set_headers "X-A: server" "X-S: server";
    location = /plain {
        return 200 ok;
    }
    location /nested {
        more_set_headers "X-A: location";
        location = /nested/if {
            if ($arg_x) {
                more_set_headers "X-A: if";
            }
            return 200 ok;
        }
    }
--- request eval
["GET /plain", "GET /nested/if", "GET /nested/if?x=1"]
--- response_headers eval
["X-A: server\nX-H: http\nX-S: server", "X-A: location\nX-H: http\nX-S: server", "X-A: if\nX-H: http\nX-S: server"]



=== the server's name and the date can be set
--- config
    location = /t {
        more_set_headers "Server: mine" "Date: today";
        return 200 ok;
    }
--- request
GET /t
--- response_headers
Server: mine
Date: today



=== the server's name and the date can be cleared
--- config
    location = /t {
        more_clear_headers Server Date;
        return 200 ok;
    }
    location = /again {
        more_clear_headers Server;
        more_set_headers "Server: mine";
        return 200 ok;
    }
--- request eval
["GET /t", "GET /again"]
--- response_headers eval
["! Server\n! Date", "Server: mine"]



=== Content-Type takes a charset along
--- config
    charset utf-8;
    charset_types text/css;
    location = /plain {
        more_set_headers "Content-Type: text/css";
        return 200 ok;
    }
    location = /charset {
        more_set_headers 'Content-Type: text/html ; charset="gbk"';
        return 200 ok;
    }
    location = /cleared {
        more_clear_headers Content-Type;
        return 200 ok;
    }
    location = /error {
        more_set_headers "Content-Type:";
        return 404;
    }
--- request eval
["GET /plain", "GET /charset", "GET /cleared", "GET /error"]
--- error_code eval
[200, 200, 200, 404]
--- response_headers eval
["Content-Type: text/css; charset=utf-8", "Content-Type: text/html ; charset=\"gbk\"", "! Content-Type", "! Content-Type"]



=== the type that is set decides what is compressed
--- config
    location = /t {
        gzip on;
        gzip_min_length 1;
        gzip_types text/css;
        default_type text/plain;
        more_set_headers "Content-Type: text/css; charset=utf-8";
        return 200 ok;
    }
--- request
GET /t
--- more_headers
Accept-Encoding: gzip
--- response_headers
Content-Encoding: gzip



=== Content-Length is a number or nothing
--- config
    location = /short {
        more_set_headers "Content-Length: 2";
        return 200 hello;
    }
    location = /none {
        more_clear_headers Content-Length;
        return 200 hello;
    }
--- request eval
["GET /short", "GET /none"]
--- response_headers eval
["Content-Length: 2", "! Content-Length"]
--- response_body eval
["he", "hello"]



=== a file's own headers can be cleared
--- config
    location /html/ {
        more_clear_headers Last-Modified ETag Accept-Ranges;
        alias html/;
    }
--- user_files
>>> a.txt
text
--- request
GET /html/a.txt
--- response_headers
! Last-Modified
! ETag
! Accept-Ranges



=== "E-Tag" stands for the built-in ETag
--- config
    location /html/ {
        more_clear_headers E-Tag;
        alias html/;
    }
--- user_files
>>> a.txt
text
--- request
GET /html/a.txt
--- response_headers
! ETag



=== Cache-Control replaces every line of the backend's
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$server_port/backend;
        more_set_headers "Cache-Control: private";
    }
    location = /expires {
        expires 10;
        more_set_headers "Cache-Control: private";
        return 200 ok;
    }
    location = /backend {
        add_header Cache-Control a;
        add_header Cache-Control b;
        return 200 ok;
    }
--- request eval
["GET /t", "GET /expires"]
--- response_headers eval
["Cache-Control: private", "Cache-Control: max-age=10"]



=== a redirect's target can be changed
--- config
    absolute_redirect off;
    location = /t {
        more_set_headers "Location: /other";
        return 302 /one;
    }
    location = /cleared {
        more_clear_headers Location;
        return 302 /one;
    }
--- request eval
["GET /t", "GET /cleared"]
--- error_code eval
[302, 302]
--- response_headers eval
["Location: /other", "! Location"]



=== subrequests are no responses of their own
--- config
    location = /t {
        more_set_headers "X-Main: $echo_response_status";
        echo_location /sub;
    }
    location = /sub {
        more_set_headers "X-Sub: 1";
        echo sub;
    }
--- request
GET /t
--- response_headers
X-Main: 200
! X-Sub
--- response_body
sub



=== a request of HTTP/0.9 gets no headers
--- config
    location = /t {
        more_set_headers "X-Foo: bar";
        more_clear_headers Server;
        return 200 "hello\n";
    }
--- raw_request eval
"GET /t\r\n"
--- http09
--- response_body
hello
--- no_error_log
[error]
[alert]



=== an option that is unknown is refused
--- config
    location = /t { more_set_headers -x "X-Foo: bar"; }
--- must_die
--- error_log
[error]
more_set_headers: invalid option name: "-x"



=== an option without argument is refused
--- config
    location = /t { more_clear_headers X-Foo -t; }
--- must_die
--- error_log
more_clear_headers: option -t takes an argument.



=== a status that is no number is refused
--- config
    location = /t { more_set_headers -s "200 4x4" "X-Foo: bar"; }
--- must_die
--- error_log
more_set_headers: invalid digit "x" found in the status code list "200 4x4"



=== a header without name is refused
--- config
    location = /t { more_set_headers ": value"; }
--- must_die
--- error_log
more_set_headers: no key found in the header argument: : value



=== a star alone is no name
--- config
    location = /t { more_clear_headers *; }
--- must_die
--- error_log
more_clear_headers: wildcard key too short: *



=== built-in headers cannot be added twice
--- config
    location = /t { more_set_headers "Server: x" -a; }
--- must_die
--- error_log
more_set_headers: can not append builtin headers "Server"
