# The directive no_error_pages.
use Test::Nginx::Socket 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== error pages of the server are not inherited
--- config
    error_page 404 /sorry;
    location = /sorry { return 200 "sorry"; }
    location /plain {
        no_error_pages;
        return 404;
    }
    location /pretty { return 404; }
--- request eval
["GET /plain", "GET /pretty"]
--- error_code eval
[404, 404]
--- response_body_like eval
["404 Not Found", "^sorry\$"]


=== a location inside does not inherit them either
--- config
    error_page 404 /sorry;
    location = /sorry { return 200 "sorry"; }
    location /outer {
        no_error_pages;
        location /outer/inner { return 404; }
    }
--- request
GET /outer/inner
--- error_code: 404
--- response_body_like: 404 Not Found


=== a location inside may have its own
--- config
    location = /sorry { return 200 "sorry"; }
    location /outer {
        no_error_pages;
        location /outer/inner {
            error_page 404 = /sorry;
            return 404;
        }
    }
--- request
GET /outer/inner
--- response_body: sorry


=== not twice in a block
--- config
    location /t {
        no_error_pages;
        no_error_pages;
    }
--- must_die
--- error_log
"no_error_pages" directive is duplicate
--- no_error_log
[alert]


=== not after error_page
--- config
    location /t {
        error_page 404 /x;
        no_error_pages;
    }
--- must_die
--- error_log
"no_error_pages" directive conflicts with "error_page"
--- no_error_log
[alert]


=== not before error_page
--- config
    location /t {
        no_error_pages;
        error_page 404 /x;
    }
--- must_die
--- error_log
"error_page" directive conflicts with "no_error_pages"
--- no_error_log
[alert]
