# The commands of the echo module's content handler, apart from subrequests.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== echo joins its arguments with blanks and ends the line
--- config
    location = /t {
        set $minus -n;
        echo one "two  2" $arg_x;
        echo;
        echo "" three;
        echo -n no;
        echo " end";
        echo -- -n;
        echo $minus four;
        echo five -n;
    }
--- request
GET /t?x=var
--- response_body
one two  2 var

 three
no end
-n
-n four
five -n
--- no_error_log
[error]



=== echo_duplicate repeats a text
--- config
    location = /t {
        echo_duplicate 3 ab;
        echo_duplicate 0 ab;
        echo_duplicate 3 "";
        echo_duplicate 1_0 $arg_x;
    }
--- request
GET /t?x=-
--- response_body chop
ababab----------



=== echo_duplicate makes long bodies
--- config
    location = /t {
        echo_duplicate 100_000 "0123456789";
    }
--- request
GET /t
--- response_body eval
"0123456789" x 100_000



=== echo_duplicate rejects a count that is no number
--- config
    location = /t {
        echo_duplicate $arg_n x;
    }
--- request eval
["GET /t?n=-1", "GET /t?n=1x", "GET /t?n="]
--- error_code eval
[500, 500, 500]
--- error_log eval
qr/invalid size specified: "(?:-1|1x)?"/



=== the response has the configured status and type, and no length
--- config
    default_type text/x-test;
    location = /t {
        echo_status 404;
        echo gone;
    }
--- request
GET /t
--- error_code: 404
--- response_headers
Content-Type: text/x-test
! Content-Length
--- response_body
gone



=== a second echo_status is refused
--- config
    location = /t {
        echo_status 404;
        echo_status 403;
        echo x;
    }
--- must_die
--- error_log
"echo_status" directive is duplicate



=== a HEAD request gets the header only
--- config
    location = /t {
        echo before;
        echo_sleep 0.001;
        echo_flush;
        echo after;
    }
--- request
HEAD /t
--- response_body:
--- no_error_log
[error]
[alert]



=== a duration that is none is a bad request
--- config
    location = /sleep {
        echo_sleep $arg_s;
        echo x;
    }
    location = /blocking {
        echo_blocking_sleep $arg_s;
        echo x;
    }
--- request eval
["GET /sleep?s=-1", "GET /sleep?s=abc", "GET /sleep?s=0.0001", "GET /blocking?s=x"]
--- error_code eval
[400, 400, 400, 400]
--- error_log eval
qr/invalid sleep duration "(?:-1|abc|0\.0001|x)"/



=== a client that goes away while echo_sleep waits does no harm
--- config
    location = /t {
        echo_sleep 0.3;
        echo x;
    }
    location = /main {
        proxy_read_timeout 50ms;
        proxy_pass http://127.0.0.1:$server_port/t;
    }
--- request
GET /main
--- error_code: 504
--- wait: 0.4
--- no_error_log
[alert]



=== the request body is written where it has been read
--- config
    location = /t {
        client_body_buffer_size 1k;
        echo "[$echo_request_body]";
        echo_request_body;
        echo_read_request_body;
        echo "[$echo_request_body]";
        echo_request_body;
        echo;
        echo_request_body;
    }
--- request
POST /t
the body
--- response_body chop
[]
[the body]
the body
the body



=== a body in a temporary file is written, but no variable
--- config
    location = /t {
        client_body_buffer_size 1k;
        echo_read_request_body;
        echo "[$echo_request_body]";
        echo_request_body;
    }
--- request eval
"POST /t\n" . "x" x 9000
--- response_body eval
"[]\n" . "x" x 9000



=== a body that nobody reads does not spoil the next request
--- config
    location = /t {
        echo $request_method;
    }
--- pipelined_requests eval
["POST /t
hello", "GET /t"]
--- response_body eval
["POST\n", "GET\n"]



=== echo_foreach_split runs its commands for each item that is not empty
--- config
    location = /t {
        echo_foreach_split ", " ", a, , b, c";
        echo "item $echo_it";
        echo_sleep 0.001;
        echo_end;
        echo_foreach_split : "";
        echo never;
        echo_end;
        echo_foreach_split -- -x $arg_list;
        echo "other $echo_it";
        echo_end;
        echo "then [$echo_it]";
    }
--- request
GET /t?list=1-x2
--- response_body
item a
item b
item c
other 1
other 2
then []



=== loops that are not well formed end the request
--- config
    location = /nested {
        echo_foreach_split , a,b;
        echo_foreach_split , c,d;
        echo_end;
        echo_end;
    }
    location = /stray {
        echo_end;
    }
    location = /short {
        echo_foreach_split -x axb;
        echo_end;
    }
    location = /short2 {
        echo_foreach_split -a -b;
        echo_end;
    }
--- request eval
["GET /nested", "GET /stray", "GET /short", "GET /short2"]
--- error_code eval
[500, 500, 500, 500]
--- error_log eval
qr/Nested\ echo_foreach\ not\ supported\ yet\.
  |Found\ a\ echo_end\ that\ has\ no\ corresponding\ echo_foreach\ before\ it\.
  |echo_foreach\ should\ take\ at\ least\ two\ arguments\.\ \(if\ your\ delimiter\ starts\ with\ "-",\ preceding\ it\ with\ a\ "--"\.\)/x



=== echo_exec redirects to another location
--- config
    location = /uri {
        echo_exec /target?a=1;
    }
    location = /args {
        echo_exec /target?a=1 b=2;
    }
    location = /late {
        echo_sleep 0.001;
        echo_exec /%74arget;
    }
    location = /named {
        echo_exec @named?a=1;
    }
    location = /target {
        echo "target $echo_request_uri [$args]";
    }
    location @named {
        echo "named $echo_request_uri [$args]";
    }
--- request eval
["GET /uri", "GET /args", "GET /late", "GET /named"]
--- response_body eval
["target /target [a=1]\n", "target /target [b=2]\n", "target /target []\n", "named /named []\n"]
--- no_error_log
[error]



=== echo_exec tells that a named location takes no arguments
--- config
    location = /t {
        echo_exec @named?a=1;
    }
    location @named {
        echo "[$args]";
    }
--- request
GET /t
--- response_body
[]
--- error_log
[warn]
querystring a=1 ignored when exec'ing named location @named



=== echo_exec refuses targets that lead nowhere
--- config
    location = /empty {
        echo_exec $arg_uri;
    }
    location = /unsafe {
        echo_exec /../foo;
    }
    location = /unknown {
        echo_exec @unknown;
    }
--- request eval
["GET /empty", "GET /unknown"]
--- error_code eval
[400, 500]



=== echo_exec behind output ends the connection
--- config
    location = /t {
        echo x;
        echo_flush;
        echo_exec /target;
    }
    location = /target {
        echo y;
    }
--- request
GET /t
--- ignore_response
--- error_log
echo_exec comes after output
--- no_error_log
[alert]



=== the variables describe the request
--- config
    location = /t {
        echo "[$echo_response_status] $echo_incr";
        echo "$echo_request_method $echo_client_request_method $echo_request_uri $echo_cacheable_request_uri";
        echo "$echo_response_status";
        echo "$echo_incr [$echo_it]";
    }
--- request
PUT /%74?x=y
--- response_body
[] 1
PUT PUT /t /t
200
2 []



=== the request head comes back as it was sent
--- config
    underscores_in_headers off;
    location = /t {
        echo -n $echo_client_request_headers;
    }
--- raw_request eval
"\r\nPOST /t?a=%20 HTTP/1.1\r
Host: localhost\r
In_Valid: dropped\r
Empty:\r
Blank: end  \r
Connection: close\r
Content-Length: 2\r
\r
hi"
--- response_body eval
"POST /t?a=%20 HTTP/1.1\r
Host: localhost\r
In_Valid: dropped\r
Empty:\r
Blank: end  \r
Connection: close\r
Content-Length: 2\r
\r
"



=== a head in several buffers comes back in one piece
--- config
    client_header_buffer_size 20;
    large_client_header_buffers 40 520;
    location = /t {
        echo_read_request_body;
        echo -n $echo_client_request_headers;
    }
--- raw_request eval
"POST /t HTTP/1.1\nHost: localhost\nConnection: close\nContent-Length: 2\n"
. CORE::join("", map { "Name$_: value $_\n" } 1 .. 300) . "\nhi"
--- response_body eval
"POST /t HTTP/1.1\nHost: localhost\nConnection: close\nContent-Length: 2\n"
. CORE::join("", map { "Name$_: value $_\n" } 1 .. 300) . "\n"
