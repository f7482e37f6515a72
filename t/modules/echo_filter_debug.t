# What only the debug log tells; the rest is in echo_filter.t.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== the filter is installed where a location uses it
--- config
    location = /t {
        echo x;
        echo_after_body y;
    }
--- request
GET /t?a
--- response_body
x
y
--- error_log
echo header filter, uri "/t?a"
echo body filter, uri "/t?a"



=== the filter is not installed where none uses it
--- config
    location = /t {
        echo x;
    }
--- request
GET /t
--- response_body
x
--- no_error_log
echo header filter
echo body filter
