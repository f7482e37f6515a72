# The cache of compiled patterns: its bound; limits of a match.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== a pattern in use may leave the cache
--- http_config
    lua_regex_cache_max_entries 1;
--- config
    location = /t {
        content_by_lua_block {
            local iter = ngx.re.gmatch("1 2 3", [[\d]], "jo")
            local seen = iter()[0]
            local text = ngx.re.gsub("45", [[\d]], function(m)
                for i = 1, 20 do
                    ngx.re.match("x", "x{" .. i .. "}", "jo")
                end
                collectgarbage()
                return "<" .. m[0] .. ">"
            end, "jo")
            collectgarbage()
            collectgarbage()
            ngx.say(seen, iter()[0], iter()[0], " ", text)
        }
    }
--- request
GET /t
--- response_body
123 <4><5>
--- no_error_log
[error]



=== a pattern that cannot become machine code still works
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.re.match("a\xc3\xa9", [[a\C]], "ju") and "matched")
        }
    }
--- request
GET /t
--- response_body
matched
--- no_error_log
[error]



=== lua_regex_match_limit stops a match that goes on too long
--- http_config
    lua_regex_match_limit 100;
--- config
    location = /t {
        content_by_lua_block {
            local subj = ("a"):rep(30) .. "c"
            for _, opts in ipairs { "", "o", "jo" } do
                ngx.say(select(2, ngx.re.match(subj, "((a+)+)+b[^x]|(a|aa)+$", opts)))
                ngx.say(select(3, ngx.re.gsub(subj, "((a+)+)+b[^x]|(a|aa)+$", "", opts)))
            end
            ngx.say(ngx.re.match("abc", "b", "jo")[0])
        }
    }
--- request
GET /t
--- response_body
pcre_exec() failed: -47
pcre_exec() failed: -47
pcre_exec() failed: -47
pcre_exec() failed: -47
pcre_exec() failed: -47
pcre_exec() failed: -47
b
--- no_error_log
[error]
