# What only the debug log tells; the rest is in headers_more.t.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== the filter is installed where something uses it
--- config
    location = /t {
        more_set_headers "X-Foo: bar";
        echo x;
    }
--- request
GET /t
--- response_body
x
--- error_log
headers more header filter, uri "/t"
--- no_error_log
headers more rewrite handler
