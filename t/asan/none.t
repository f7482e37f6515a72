use Test::Nginx::Socket 'no_plan';
run_tests();

__DATA__

=== a request that does: none
--- config
    location = /fault { fault none; }
--- request
GET /fault
--- response_body
done
