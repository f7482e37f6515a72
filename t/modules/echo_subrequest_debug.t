# What only the debug log tells; the rest is in echo_subrequest.t.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== an unsafe URI ends the request
--- config
    location = /main {
        echo_subrequest_async GET /../foo;
    }
--- request
GET /main
--- ignore_response
--- error_log
echo_subrequest_async sees unsafe uri: "/../foo"
--- no_error_log
[error]
