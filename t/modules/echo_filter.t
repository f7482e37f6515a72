# echo_before_body and echo_after_body, around the bodies of any content handler.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== text stands before and after the body
--- config
    location = /echo {
        echo_before_body one $arg_x;
        echo_before_body -n two;
        echo_after_body three;
        echo " body";
        echo_after_body four;
    }
    location = /return {
        echo_before_body "status $echo_response_status";
        echo_after_body end;
        default_type text/plain;
        return 201 "body\n";
    }
    location = /proxy {
        echo_before_body start;
        echo_after_body end;
        proxy_pass http://127.0.0.1:$server_port/plain;
    }
    location = /plain {
        return 200 "plain\n";
    }
--- request eval
["GET /echo?x=1", "GET /return", "GET /proxy"]
--- error_code eval
[200, 201, 200]
--- response_body eval
["one 1\ntwo body\nthree\nfour\n", "status 201\nbody\nend\n", "start\nplain\nend\n"]
--- no_error_log
[alert]



=== a file is framed, and its length is no longer sent
--- config
    location /html/ {
        echo_before_body start;
        echo_after_body end;
        alias html/;
    }
--- user_files
>>> a.txt
from a file
--- request
GET /html/a.txt
--- response_headers
! Content-Length
! Accept-Ranges
--- response_body
start
from a file
end



=== an error page is framed too
--- config
    location = /t {
        echo_after_body "status: $echo_response_status";
        return 403;
    }
--- request
GET /t
--- error_code: 403
--- response_body_like
</html>.*
status: 403$



=== nested locations and if blocks inherit the text, not the handler
--- config
    location /outer {
        echo_before_body outer;
        echo outer body;

        location /outer/inherits {
            return 200 "body\n";
        }
        location /outer/own {
            echo_before_body inner;
            return 200 "body\n";
        }
    }
    location = /if {
        echo_before_body outside;
        if ($arg_x) {
            echo_before_body inside;
        }
        echo body;
    }
--- request eval
["GET /outer", "GET /outer/inherits", "GET /outer/own", "GET /if", "GET /if?x=1"]
--- response_body eval
["outer\nouter body\n", "outer\nbody\n", "inner\nbody\n", "outside\nbody\n", "inside\nbody\n"]



=== a HEAD request gets no text
--- config
    location = /t {
        echo_before_body start;
        echo_after_body end;
        return 200 body;
    }
--- request
HEAD /t
--- response_body:



=== a compressed body contains the text
--- config
    location = /t {
        gzip on;
        gzip_min_length 1;
        default_type text/html;
        echo_before_body start;
        echo body;
        echo_after_body end;
    }
    location = /main {
        gunzip on;
        proxy_pass http://127.0.0.1:$server_port/t;
        proxy_set_header Accept-Encoding gzip;
        proxy_http_version 1.1;
    }
--- request
GET /main
--- response_body
start
body
end
