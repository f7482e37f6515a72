use Test::Nginx::Socket 'no_plan';
run_tests();

__DATA__

=== a request that does: undefined
--- config
    location = /fault { fault undefined; }
--- request
GET /fault
--- response_body
done
