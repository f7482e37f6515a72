# What only the debug log tells; the rest is in echo.t.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== echo_sleep waits, and the timer tells how long
--- config
    location = /t {
        echo_reset_timer;
        echo_sleep 0.05;
        echo first $echo_timer_elapsed;
        echo_flush;
        echo_reset_timer;
        echo_blocking_sleep 0.02;
        echo second $echo_timer_elapsed;
    }
--- request
GET /t
--- response_body_like
\Afirst 0\.(?:0[5-9]|1)\d+
second 0\.0[2-9]\d$
--- error_log
echo sleep event handler: "/t?"
