# The echo module's commands that send subrequests.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== echo_location puts another location's output in its place
--- config
    location = /main {
        echo before;
        echo_location /sub?a=1;
        echo between;
        echo_location /sub?a=1 b=2;
        echo_location /sub?a=1 "";
        echo after;
    }
    location = /sub {
        echo_sleep 0.001;
        echo "sub [$args] $request_method";
    }
--- request
GET /main
--- response_body
before
sub [a=1] GET
between
sub [b=2] GET
sub [] GET
after
--- no_error_log
[error]



=== asynchronous subrequests run at once and still answer in order
--- config
    location = /main {
        echo "main $echo_incr";
        echo_location_async /slow;
        echo "main $echo_incr";
        echo_location_async /fast;
        echo_flush;
        echo "main $echo_incr";
    }
    location = /slow {
        echo_sleep 0.05;
        echo "slow $echo_incr";
    }
    location = /fast {
        echo "fast $echo_incr";
    }
--- request
GET /main
--- response_body
main 1
slow 5
main 2
fast 4
main 3



=== main sleeps while a subrequest before it still runs
--- config
    location = /main {
        echo_location_async /sub;
        echo a;
        echo_sleep 0.03;
        echo b;
        echo_location /sub;
        echo c;
    }
    location = /sub {
        echo_sleep 0.01;
        echo sub;
    }
--- request
GET /main
--- response_body
sub
a
b
sub
c



=== subrequests nest
--- config
    location = /main {
        echo_location /mid?n=1;
        echo_location_async /mid?n=2;
        echo_location /mid?n=3;
    }
    location = /mid {
        echo_location_async /leaf?n=$arg_n.1;
        echo_location /leaf?n=$arg_n.2;
        echo "mid $arg_n";
    }
    location = /leaf {
        echo_sleep 0.002;
        echo "leaf $arg_n";
    }
--- request
GET /main
--- response_body
leaf 1.1
leaf 1.2
mid 1
leaf 2.1
leaf 2.2
mid 2
leaf 3.1
leaf 3.2
mid 3



=== echo_subrequest sends a method and a body of its own
--- config
    location = /main {
        echo_subrequest POST /sub -q a=1 -b "the text";
        echo_subrequest_async PUT /proxy -b "for the proxy";
        echo_subrequest ODD /sub;
        echo_subrequest HEAD /sub;
        echo "$http_content_length $echo_request_body";
    }
    location = /proxy {
        proxy_pass http://127.0.0.1:$server_port/sub;
    }
    location = /sub {
        echo_read_request_body;
        echo "$echo_request_method $echo_client_request_method [$args] [$http_content_length] [$echo_request_body]";
    }
--- request
POST /main
own
--- response_body
POST POST [a=1] [8] [the text]
PUT PUT [] [13] [for the proxy]
ODD POST [] [3] [own]
3 own



=== a file can be the body
--- config
    location = /main {
        echo_subrequest POST /sub -f html/body.txt;
        echo_subrequest POST /sub -b text -f html/body.txt;
    }
    location = /sub {
        echo -n "[$http_content_length] ";
        echo_request_body;
        echo;
    }
--- user_files
>>> body.txt
in a file
--- request
GET /main
--- response_body
[10] in a file

[4] text
--- no_error_log
[error]



=== a file that is missing ends the request
--- config
    location = /main {
        echo_subrequest POST /sub -f html/none.txt;
    }
    location = /sub {
        echo x;
    }
--- request
GET /main
--- ignore_response
--- error_log eval
qr{open\(\) ".*/html/none\.txt" failed \(2: No such file or directory\)}
--- no_error_log
[alert]



=== options that are unknown or have no value end the request
--- config
    location = /main {
        echo_subrequest GET /sub $arg_option;
    }
    location = /sub {
        echo x;
    }
--- request
GET /main?option=-z
--- ignore_response
--- error_log
unknown option for echo_subrequest*: -z



=== the location's own header precedes that of its subrequests
--- config
    location = /main {
        echo_before_body "start of main";
        echo_status 202;
        echo_location /sub;
        echo_after_body "end of main";
    }
    location = /sub {
        echo_before_body "start of sub";
        echo_status 404;
        echo sub;
        echo_after_body "end of sub";
    }
--- request
GET /main
--- error_code: 202
--- response_body
start of main
start of sub
sub
end of sub
end of main



=== an error in a subrequest puts its page into the output
--- config
    location = /main {
        echo_location /forbidden;
        echo done;
    }
    location = /forbidden {
        return 403;
    }
--- request
GET /main
--- error_code: 200
--- response_body_like
403 Forbidden.*
done



=== no subrequest runs for a HEAD request
--- config
    location = /main {
        echo_location /sub;
    }
    location = /sub {
        echo_location /sub2;
        echo x;
    }
--- request
HEAD /main
--- response_body:
--- no_error_log
http subrequest
[alert]



=== a subrequest may be redirected by echo_exec
--- config
    location = /main {
        echo_location /sub;
        echo_location /sub?named=1;
    }
    location = /sub {
        if ($arg_named) {
            echo_exec @named;
        }
        echo_exec /target;
    }
    location @named {
        proxy_pass http://127.0.0.1:$server_port/target;
    }
    location = /target {
        echo_sleep 0.001;
        echo target;
    }
--- request
GET /main
--- response_body
target
target



=== an iteration's item reaches its subrequest
--- config
    location = /main {
        echo_foreach_split / $arg_list;
        echo_location_async /sub?item=$echo_it;
        echo_end;
    }
    location = /sub {
        echo "item $arg_item";
    }
--- request
GET /main?list=a/b/c
--- response_body
item a
item b
item c
