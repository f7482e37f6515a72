# The directive log_escape_non_ascii: bytes from 0x80 on in access logs.
use Test::Nginx::Socket 'no_plan';

add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value(http_config => "log_format one '\$arg_a|\$http_x';\n" . ($block->http_config // ''));
});
repeat_each(2);
run_tests();

__DATA__

=== escaped unless told otherwise
--- config
    location /t {
        access_log logs/error.log one;
        return 200;
    }
--- request
GET /t?a=x
--- more_headers eval
"X: caf\xc3\xa9"
--- error_log
x|caf\xC3\xA9
--- no_error_log
[alert]


=== off writes such bytes as they are
--- config
    location /t {
        log_escape_non_ascii off;
        access_log logs/error.log one;
        return 200;
    }
--- request
GET /t?a=x
--- more_headers eval
"X: caf\xc3\xa9"
--- error_log eval
"x|caf\xc3\xa9"
--- no_error_log
[alert]


=== off still escapes quotes and control characters
--- config
    location /t {
        log_escape_non_ascii off;
        access_log logs/error.log one;
        return 200;
    }
--- request
GET /t?a=x
--- more_headers eval
"X: a\"b\tc\xff"
--- error_log eval
"x|a\\x22b\\x09c\xff"
--- no_error_log
[alert]


=== inherited from the http block
--- http_config
    log_escape_non_ascii off;
--- config
    location /t {
        access_log logs/error.log one;
        return 200;
    }
--- request
GET /t?a=1
--- more_headers eval
"X: \xe4"
--- error_log eval
"1|\xe4"
--- no_error_log
[alert]


=== turned on again inside
--- http_config
    log_escape_non_ascii off;
--- config
    location /t {
        log_escape_non_ascii on;
        access_log logs/error.log one;
        return 200;
    }
--- request
GET /t?a=2
--- more_headers eval
"X: \xe4"
--- error_log
2|\xE4
--- no_error_log
[alert]
