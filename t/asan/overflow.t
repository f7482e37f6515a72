use Test::Nginx::Socket 'no_plan';
run_tests();

__DATA__

=== a request that does: overflow
--- config
    location = /fault { fault overflow; }
--- request
GET /fault
--- response_body
done
