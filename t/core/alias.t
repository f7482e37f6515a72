# A URI that does not begin with the prefix of its location is mapped to no path by `alias`.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== a rewritten URI that is shorter than the prefix
--- config
    location /long-prefix/ {
        alias html/;
        rewrite ^ /b;
        set $path $request_filename;
        return 200 "<$path>";
    }
--- request
GET /long-prefix/file
--- response_body: <>
--- error_log
"alias" cannot be used in location "/long-prefix/" where URI was rewritten


=== a URI that Lua code shortened
--- config
    location /long-prefix/ {
        alias html/;
        content_by_lua_block {
            ngx.req.set_uri("/b")
            ngx.say("<", ngx.var.request_filename, ">")
        }
    }
--- request
GET /long-prefix/file
--- response_body_like: ^<(nil|)>
--- error_log
"alias" cannot be used


=== a WebDAV destination outside of the location
--- config
    location /long-prefix/ {
        alias html/;
        dav_methods COPY MOVE;
    }
--- user_files
>>> f
text
>>> g
older
--- request eval
["COPY /long-prefix/f", "MOVE /long-prefix/f", "COPY /long-prefix/f"]
--- more_headers eval
["Destination: /b", "Destination: /long-prefiy/f", "Destination: /long-prefix/g"]
--- error_code eval
[400, 400, 204]
--- no_error_log
[alert]

