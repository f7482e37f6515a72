# Contents of shared dictionaries survive a reload.
our $skip;
BEGIN {
    $skip = $ENV{TEST_NGINX_CHECK_LEAK} ? 'not with the leak checker' : undef;
    $ENV{TEST_NGINX_USE_HUP} = 1;
}
use Test::Nginx::Socket::Lua $skip ? (skip_all => $skip) : 'no_plan';

repeat_each(1);
no_shuffle();
run_tests();

__DATA__

=== fill a small and a large one
--- http_config
    lua_shared_dict kept 1m;
    lua_shared_dict small 64k;
    lua_shared_dict resized 1m;
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 500 do
                ngx.shared.kept:set("k" .. i, "value " .. i)
            end
            ngx.shared.small:set("k", 1)
            ngx.shared.small:rpush("l", "element")
            ngx.shared.resized:set("k", 1)
            ngx.say("filled")
        }
    }
--- request
GET /t
--- response_body
filled
--- no_error_log
[error]



=== after the reload all is there, but what has another size
--- http_config
    lua_shared_dict small 64k;
    lua_shared_dict kept 1m;
    lua_shared_dict resized 2m;
    init_by_lua_block {
        in_init = ngx.shared.kept:get("k7")
    }
--- config
    location = /t {
        content_by_lua_block {
            local missing = 0
            for i = 1, 500 do
                if ngx.shared.kept:get("k" .. i) ~= "value " .. i then
                    missing = missing + 1
                end
            end
            ngx.say(missing, " missing")
            ngx.say(ngx.shared.small:get("k"), " ", ngx.shared.small:lpop("l"))
            ngx.say(ngx.shared.resized:get("k"))
            ngx.say(in_init)
        }
    }
--- request
GET /t
--- response_body
0 missing
1 element
nil
value 7
--- no_error_log
[error]
