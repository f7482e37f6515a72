# The memc module with a real memcached.
# services: memcached
use Test::Nginx::Socket::Lua 'no_plan';

our $memc = <<'END';
    location = /memc {
        set $memc_cmd $arg_cmd;
        set $memc_key $arg_key;
        set $memc_value $arg_val;
        set $memc_flags $arg_flags;
        set $memc_exptime $arg_exptime;
        echo_before_body "$arg_cmd $echo_response_status [$memc_flags] [$memc_exptime]";
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /rest {
        set $memc_key $arg_key;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
END

# The statuses of subrequests.
our $statuses = <<'END';
    location = /statuses {
        content_by_lua_block {
            local uris = ngx.req.get_body_data() or ""
            for uri in uris:gmatch("%S+") do
                ngx.print(ngx.location.capture(uri).status, " ")
            end
            ngx.say("end")
        }
        rewrite_by_lua_block { ngx.req.read_body() }
    }
END

repeat_each(2);
run_tests();

__DATA__

=== values are stored and found
--- config eval
"$::memc" . '
    location = /t {
        echo_location /memc?cmd=flush_all;
        echo_location "/memc?cmd=set&key=k&val=one&flags=7";
        echo_location "/memc?cmd=get&key=k";
    }'
--- request
GET /t
--- response_body eval
"flush_all 200 [] []\nOK\r\nset 201 [7] [0]\nSTORED\r\nget 200 [7] []\none"
--- no_error_log
[error]



=== each way of storing
--- config eval
"$::memc" . '
    location = /t {
        echo_location /memc?cmd=flush_all;
        echo_location "/memc?cmd=replace&key=k&val=x";
        echo_location "/memc?cmd=add&key=k&val=b";
        echo_location "/memc?cmd=add&key=k&val=x";
        echo_location "/memc?cmd=append&key=k&val=c";
        echo_location "/memc?cmd=prepend&key=k&val=a&exptime=1000&flags=1";
        echo_location "/memc?cmd=get&key=k";
        echo;
        echo_location "/memc?cmd=replace&key=k&val=";
        echo_location "/memc?cmd=get&key=k";
    }'
--- request
GET /t
--- response_body eval
"flush_all 200 [] []\nOK\r\nreplace 200 [0] [0]\nNOT_STORED\r\nadd 201 [0] [0]\nSTORED\r\n"
. "add 200 [0] [0]\nNOT_STORED\r\nappend 201 [0] [0]\nSTORED\r\nprepend 201 [1] [1000]\nSTORED\r\nget 200 [0] []\nabc\n"
. "replace 201 [0] [0]\nSTORED\r\nget 200 [0] []\n"



=== incr and decr count
--- config eval
"$::memc" . '
    location = /t {
        echo_location /memc?cmd=flush_all;
        echo_location "/memc?cmd=set&key=k&val=10";
        echo_location "/memc?cmd=incr&key=k&val=5";
        echo_location "/memc?cmd=decr&key=k&val=8";
        echo_location "/memc?cmd=decr&key=k&val=18446744073709551615";
    }'
--- request
GET /t
--- response_body eval
"flush_all 200 [] []\nOK\r\nset 201 [0] [0]\nSTORED\r\nincr 201 [] []\n15\r\ndecr 201 [] []\n7\r\ndecr 201 [] []\n0\r\n"



=== what is not there is 404, with nginx's page
--- config eval
"$::memc"
--- request eval
["GET /memc?cmd=flush_all", "GET /rest?key=none", "DELETE /rest?key=none", "GET /memc?cmd=incr&key=none&val=1", "PUT /rest?key=k\nv", "DELETE /rest?key=k", "GET /rest?key=k"]
--- error_code eval
[200, 404, 404, 404, 201, 200, 404]
--- response_body_like eval
["OK", "404 Not Found", "404 Not Found", "404 Not Found", "^STORED\r\n\$", "^DELETED\r\n\$", "404 Not Found"]
--- no_error_log
[error]



=== what is not there is logged as information
--- config eval
"$::memc$::statuses"
--- request eval
"POST /statuses
/rest?key=none"
--- response_body
404 end
--- error_log
key: "none" was not found by memcached
--- log_level: info



=== error_page catches what is not there
--- config eval
"$::memc" . '
    location = /t {
        error_page 404 = /instead;
        set $memc_key never-stored;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
    location = /instead { echo instead; }'
--- request
GET /t
--- response_body
instead



=== the method is the command where none is set
--- config eval
"$::memc"
--- request eval
["PUT /rest?key=m\nput", "GET /rest?key=m", "POST /rest?key=m\npost", "HEAD /rest?key=m", "DELETE /rest?key=m", "POST /rest?key=m\npost", "GET /rest?key=m"]
--- error_code eval
[201, 200, 200, 200, 200, 201, 200]
--- response_body eval
["STORED\r\n", "put", "NOT_STORED\r\n", "", "DELETED\r\n", "STORED\r\n", "post"]
--- response_headers eval
["Content-Length: 8", "Content-Length: 3", "Content-Length: 12", "Content-Length: 3", "Content-Length: 9", "Content-Length: 8", "Content-Length: 4"]



=== other methods need a command
--- config eval
"$::memc"
--- raw_request eval
"COPY /rest?key=m HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
--- error_code: 400
--- error_log
ngx_memc: $memc_cmd variable not found for HTTP COPY requests



=== stats and version
--- config eval
"$::memc" . '
    location = /t {
        set $memc_cmd $arg_cmd;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }'
--- request eval
["GET /t?cmd=stats", "GET /t?cmd=version"]
--- response_body_like eval
["^STAT pid \\d+\r\n(STAT \\S+ .*\r\n)+END\r\n\$", "^VERSION \\S+\r\n\$"]



=== commands that are unknown, or not allowed
--- config eval
"$::memc$::statuses" . '
    location = /t {
        memc_cmds_allowed get version;
        set $memc_cmd $arg_cmd;
        set $memc_key $arg_key;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }'
--- request eval
"POST /statuses
/memc?cmd=GET /t?cmd=set&key=a /t?cmd=get&key=none /t?cmd=version"
--- response_body
400 403 404 200 end
--- error_log
ngx_memc: unknown $memc_cmd "GET"
ngx_memc: memcached command "set" not allowed



=== memc_cmds_allowed is inherited
--- http_config
    memc_cmds_allowed version;
--- config eval
"$::memc"
--- request eval
["GET /memc?cmd=version", "GET /memc?cmd=flush_all"]
--- error_code eval
[200, 403]



=== arguments are checked
--- config eval
"$::memc$::statuses"
--- request eval
"POST /statuses
/memc?cmd=set&key=a&val=1&exptime=1x /memc?cmd=set&key=a&val=1&flags=-1 /memc?cmd=set&key=a&val=1&flags=12345678901 /memc?cmd=flush_all&exptime=a /memc?cmd=incr&key=a /memc?cmd=incr&key=a&val=-5 /memc?cmd=decr&key=a&val=18446744073709551616 /memc?cmd=get"
--- response_body
400 400 400 400 400 400 400 500 end
--- error_log
variable "$memc_exptime" takes invalid value: 1x,
variable "$memc_flags" takes invalid value: -1,
variable "$memc_flags" takes invalid value: 12345678901,
variable "$memc_exptime" takes invalid value: a,
the "$memc_value" variable is required for command "incr"
variable "$memc_value" is invalid for incr/decr: -5,
variable "$memc_value" is invalid for incr/decr: 18446744073709551616,
the "$memc_key" variable is not set



=== a value is needed
--- config eval
"$::memc"
--- raw_request eval
"PUT /rest?key=e HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
--- error_code: 500
--- error_log
neither the "$memc_value" variable nor the request body is available



=== an empty value is enough
--- config eval
"$::memc"
--- more_headers eval
["Content-Length: 0", ""]
--- request eval
["PUT /rest?key=e", "GET /rest?key=e"]
--- error_code eval
[201, 200]
--- response_body eval
["STORED\r\n", ""]



=== keys may have any byte
--- config
    location = /t {
        set_unescape_uri $memc_key $arg_key;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
--- request eval
["PUT /t?key=a%20b%00%0D%0A%25\nv1", "GET /t?key=a%20b%00%0D%0A%25", "PUT /t?key=%E4%BD%A0\nv2", "GET /t?key=%E4%BD%A0"]
--- response_body eval
["STORED\r\n", "v1", "STORED\r\n", "v2"]
--- error_code eval
[201, 200, 201, 200]



=== values may have any byte
--- config eval
"$::memc"
--- request eval
["PUT /rest?key=bin\n" . CORE::join('', map { chr } 0 .. 255) . "\r\nEND\r\n.", "GET /rest?key=bin"]
--- response_body eval
["STORED\r\n", CORE::join('', map { chr } 0 .. 255) . "\r\nEND\r\n."]
--- error_code eval
[201, 200]



=== big values pass through a small buffer, from memory and from a file
--- config eval
"$::memc" . '
    location = /small {
        memc_buffer_size 1k;
        client_body_buffer_size 8k;
        set $memc_key $arg_key;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }'
--- request eval
["PUT /small?key=big\n" . ("0123456789abcdef" x 50_000), "GET /small?key=big"]
--- response_body eval
["STORED\r\n", "0123456789abcdef" x 50_000]
--- response_headers eval
["Content-Length: 8", "Content-Length: 800000"]
--- error_code eval
[201, 200]



=== memcached's own refusals are 502, with its words
--- config eval
"$::memc"
--- request eval
"GET /memc?cmd=delete&key=" . "k" x 300
--- error_code: 502
--- response_body_like eval
"^delete 502 \\[\\] \\[\\]\nCLIENT_ERROR .*\r\n\$"



=== the servers may come from a variable
--- http_config
    upstream one { server 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT; }
--- config eval
"$::statuses" . '
    location = /t {
        set $memc_cmd version;
        set $servers $arg_s;
        memc_pass $servers;
    }
    location = /address {
        set $memc_cmd version;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }'
--- request eval
"POST /statuses
/t?s=one /t?s=127.0.0.1:$ENV{TEST_NGINX_MEMCACHED_PORT} /t?s=none /t"
--- response_body
200 200 500 500 end
--- error_log
memc: upstream "none" not found
memc: handler: empty "memc_pass" target



=== connections are kept alive
--- http_config
    upstream one {
        server 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
        keepalive 1;
    }
--- config
    location = /memc {
        set $memc_cmd $arg_cmd;
        set $memc_key $arg_key;
        set $memc_value v;
        memc_pass one;
    }
    location = /clean {
        content_by_lua_block {
            local function connections()
                local stats = ngx.location.capture("/memc?cmd=stats").body
                return tonumber(stats:match("STAT total_connections (%d+)"))
            end
            local before = connections()
            for _, cmd in ipairs{"set", "get", "delete", "get", "delete", "version"} do
                ngx.print(ngx.location.capture("/memc?key=ka&cmd=" .. cmd).status, " ")
            end
            ngx.say(connections() - before)
        }
    }
--- request
GET /clean
--- response_body
201 200 200 404 404 200 0



=== Last-Modified can be stored in the flags
--- config
    location = /t {
        memc_flags_to_last_modified on;
        set $memc_cmd $arg_cmd;
        set $memc_key lm;
        set $memc_value v;
        set $memc_flags 1000000000;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
        add_header X-Time "$memc_flags_as_http_time";
    }
--- request eval
["GET /t?cmd=set", "GET /t?cmd=get", "GET /t?cmd=get"]
--- more_headers eval
["", "", "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT"]
--- error_code eval
[201, 200, 304]
--- response_headers eval
["X-Time: Sun, 09 Sep 2001 01:46:40 GMT", "Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT", "Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT"]



=== the content type is the location's
--- config
    location ~ \.css$ {
        set $memc_cmd version;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
--- http_config
    types { text/css css; }
--- request
GET /a.css
--- response_headers
Content-Type: text/css



=== the variables are unset until they are set
--- config
    location = /t {
        content_by_lua_block {
            local v = ngx.var
            ngx.say(v.memc_key, v.memc_cmd, v.memc_value, v.memc_flags, v.memc_exptime, v.memc_flags_as_http_time)
        }
    }
    location = /memc {
        set $memc_key k;
        memc_pass 127.0.0.1:$TEST_NGINX_MEMCACHED_PORT;
    }
--- request
GET /t
--- response_body
nilnilnilnilnilnil



=== a refused connection is 502
--- config
    location = /t {
        set $memc_key k;
        memc_pass 127.0.0.1:1;
    }
--- request
GET /t
--- error_code: 502
--- error_log
connect() failed



=== memc_pass stands once
--- config
    location = /t {
        memc_pass 127.0.0.1:1;
        memc_pass 127.0.0.1:1;
    }
--- must_die
--- error_log
"memc_pass" directive is duplicate



=== memc_cmds_allowed knows the commands
--- config
    memc_cmds_allowed get touch;
--- must_die
--- error_log
Unknown memcached command "touch" used in "memc_cmds_allowed"



=== memc_upstream_max_fails points to upstream blocks
--- config
    memc_upstream_max_fails 3;
--- must_die
--- error_log
"memc_upstream_max_fails" is not supported, use the "max_fails" parameter of the "server" directive inside the "upstream" block



=== memc_upstream_fail_timeout points to upstream blocks
--- config
    memc_upstream_fail_timeout 3;
--- must_die
--- error_log
"memc_upstream_fail_timeout" is not supported, use the "fail_timeout" parameter of the "server" directive inside the "upstream" block
