# Options "o" and "j": what is compiled when. Only the debug log tells.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
log_level('debug');
run_tests();

__DATA__

=== without o a pattern is compiled each time
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 3 do
                ngx.re.match("a", "a", "j")
            end
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- grep_error_log: pcre2 JIT compiled successfully
--- grep_error_log_out
pcre2 JIT compiled successfully
pcre2 JIT compiled successfully
pcre2 JIT compiled successfully



=== with o once in a worker's life, for all functions of the API
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 3 do
                ngx.re.match("a", "a", "jo")
                ngx.re.find("a", "a", "jo")
                ngx.re.gmatch("a", "a", "jo")()
                ngx.re.sub("a", "a", "b", "jo")
                ngx.re.gsub("a", "a", "$0" .. i, "jo")
            end
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- grep_error_log: pcre2 JIT compiled successfully
--- grep_error_log_out eval
["pcre2 JIT compiled successfully\n", ""]



=== the same pattern with other options is another one
--- config
    location = /t {
        content_by_lua_block {
            ngx.say((ngx.re.match("ABC", "abc", "jo")), " ", ngx.re.match("ABC", "abc", "joi")[0])
            ngx.say((ngx.re.match("ABC", "abc", "jo")), " ", ngx.re.match("ABC", "abc", "joi")[0])
        }
    }
--- request
GET /t
--- response_body
nil ABC
nil ABC
--- grep_error_log: pcre2 JIT compiled successfully
--- grep_error_log_out eval
["pcre2 JIT compiled successfully\n" x 2, ""]



=== a full cache drops the pattern that was not used for longest
--- http_config
    lua_regex_cache_max_entries 2;
--- config
    location = /t {
        content_by_lua_block {
            local function use(regex)
                ngx.re.match("a", regex, "jo")
                ngx.log(ngx.INFO, "used ", regex)
            end

            use("first")
            use("second")
            use("first")
            use("third")
            use("first")
            use("second")
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- grep_error_log eval: qr/pcre2 JIT compiled|used (?:first|second|third)/
--- grep_error_log_out eval
[
"pcre2 JIT compiled
used first
pcre2 JIT compiled
used second
used first
pcre2 JIT compiled
used third
used first
pcre2 JIT compiled
used second
",
"used first
used second
used first
pcre2 JIT compiled
used third
used first
pcre2 JIT compiled
used second
"]



=== lua_regex_cache_max_entries 0 caches nothing
--- http_config
    lua_regex_cache_max_entries 0;
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 2 do
                ngx.say(ngx.re.match("a1", [[\d]], "jo")[0], ngx.re.gsub("a1", [[\d]], "x", "jo"))
            end
        }
    }
--- request
GET /t
--- response_body
1ax1
1ax1
--- grep_error_log: pcre2 JIT compiled successfully
--- grep_error_log_out eval
"pcre2 JIT compiled successfully\n" x 4
