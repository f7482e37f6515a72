use Test::Nginx::Socket 'no_plan';
run_tests();

__DATA__

=== a request that does: leak
--- config
    location = /fault { fault leak; }
--- request
GET /fault
--- response_body
done
