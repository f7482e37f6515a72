# The coolkit module: override_method and its variables.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== the method that a value names
--- config
    location = /t {
        override_method $arg_m;
        if ($request_method = DELETE) { echo "if"; }
        echo $echo_request_method;
    }
--- request eval
["GET /t?m=DELETE", "POST /t?m=put", "GET /t?m=Patch", "GET /t?m=", "GET /t?m=TRACE", "GET /t", "GET /t?m=GETX"]
--- response_body eval
["if\n", "PUT\n", "PATCH\n", "GET\n", "GET\n", "GET\n", "GET\n"]



=== for some methods of the client only
--- config
    location = /t {
        override_method POST put "${arg_m}";
        echo $echo_request_method;
    }
--- request eval
["GET /t?m=DELETE", "POST /t?m=DELETE", "PUT /t?m=DELETE"]
--- response_body eval
["GET\n", "DELETE\n", "DELETE\n"]



=== of the server, of locations, and off
--- config
    override_method $arg_m;
    if ($request_method = LOCK) {
        return 400;
    }
    location = /t { echo $echo_request_method; }
    location = /off { override_method off; echo $echo_request_method; }
    location = /own { override_method GET $arg_n; echo $echo_request_method; }
    location = /other { override_method POST $arg_n; echo $echo_request_method; }
--- request eval
["GET /t?m=PUT", "GET /off?m=PUT", "GET /own?m=PUT&n=COPY", "GET /own?m=PUT", "GET /other?m=PUT&n=COPY", "GET /t?m=LOCK"]
--- error_code eval
[(200) x 5, 400]
--- response_body_like eval
["^PUT\n", "^GET\n", "^COPY\n", "^PUT\n", "^PUT\n", "400 Bad"]



=== what a proxied server gets
--- config
    location = /t { override_method DELETE; proxy_pass http://127.0.0.1:$server_port/back; }
    location = /back { echo "$request_method"; }
    location = /head { override_method HEAD POST; echo body; }
--- request eval
["GET /t", "HEAD /head", "GET /head"]
--- response_body eval
["DELETE\n", "body\n", "body\n"]



=== the password of Basic authentication
--- config
    location = /t {
        echo "[$remote_user][$remote_passwd]";
    }
    location = /lua {
        content_by_lua_block { ngx.say(ngx.var.remote_passwd) }
    }
--- more_headers
Authorization: Basic Ym9iOnNlOmNyZXQ=
--- request eval
["GET /t", "GET /lua"]
--- response_body eval
["[bob][se:cret]\n", "se:cret\n"]



=== without authentication, or with a bad one
--- config
    location = /t {
        content_by_lua_block { ngx.say(ngx.var.remote_passwd) }
    }
--- request eval
["GET /t", "GET /t"]
--- more_headers eval
["", "Authorization: Basic ???"]
--- response_body eval
["nil\n", "nil\n"]



=== the location's name
--- config
    location = /exact { echo $location; }
    location /prefix/ { echo $location; }
    location ~ /re(gex)? { echo $location; }
    location = /named { echo_exec @there; }
    location @there { content_by_lua_block { ngx.say(ngx.var.location) } }
--- request eval
["GET /exact", "GET /prefix/a", "GET /a/regex", "GET /re", "GET /named"]
--- response_body eval
["/exact\n", "/prefix/\n", "/regex\n", "/re\n", "\@there\n"]



=== the directive once a level
--- config
    override_method $arg_m;
    override_method off;
--- must_die
--- error_log
"override_method" directive is duplicate



=== nothing to take the method from
--- config
    override_method "";
--- must_die
--- error_log
coolkit: empty source in "override_method" directive



=== a method that there is not
--- config
    override_method GET BREW $arg_m;
--- must_die
--- error_log
coolkit: invalid method "BREW" in "override_method" directive
