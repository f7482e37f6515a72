# ngx.re.gmatch: iterators over all matches.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== one captures table for each match, also in a for loop
--- config
    location = /t {
        content_by_lua_block {
            for m, err in ngx.re.gmatch("a=1, b=, c=3", [[(\w)=(?<value>\d)?]], "jo") do
                ngx.say(m[1], " ", m[2], " ", m.value, " ", err)
            end
        }
    }
--- request
GET /t
--- response_body
a 1 1 nil
b false false nil
c 3 3 nil
--- no_error_log
[error]



=== an exhausted iterator stays so
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "", "jo" } do
                local iter = ngx.re.gmatch("ab", "[ab]", opts)
                ngx.say(iter()[0], iter()[0], " ", iter(), " ", iter(), " ", select("#", iter()))
            end
        }
    }
--- request
GET /t
--- response_body
ab nil nil 1
ab nil nil 1
--- no_error_log
[error]



=== empty matches move on by one byte, and there is one at the end
--- config
    location = /t {
        content_by_lua_block {
            local function all(subj, regex)
                local texts = {}
                for m in ngx.re.gmatch(subj, regex) do
                    texts[#texts + 1] = "[" .. m[0] .. "]"
                end
                ngx.say(table.concat(texts))
            end

            all("aab", "a*")
            all("hello", "a|")
            all("", "x*")
            all("aaa", "a+")
        }
    }
--- request
GET /t
--- response_body
[aa][][]
[][][][][][]
[]
[aaa]
--- no_error_log
[error]



=== iterators do not disturb each other, even over one cached pattern
--- config
    location = /t {
        content_by_lua_block {
            local one = ngx.re.gmatch("12", [[\d]], "jo")
            local two = ngx.re.gmatch("ab34", [[\d]], "jo")
            ngx.say(one()[0], two()[0], one()[0], two()[0], tostring(one()), tostring(two()))
        }
    }
--- request
GET /t
--- response_body
1324nilnil
--- no_error_log
[error]



=== a bad pattern gives nil and a message, no iterator
--- config
    location = /t {
        content_by_lua_block {
            local iter, err = ngx.re.gmatch("abc", "(abc", "jo")
            ngx.say(iter, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil pcre2_compile() failed: missing closing parenthesis in "(abc"
--- no_error_log
[error]



=== an error of the match ends the iteration
--- config
    location = /t {
        content_by_lua_block {
            local iter = ngx.re.gmatch("\xe4\xbd", ".", "u")
            local m, err = iter()
            ngx.say(m, " ", err)
            m, err = iter()
            ngx.say(m, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil pcre_exec() failed: -3
nil nil
--- no_error_log
[error]



=== with option d the matches are the longest ones and have no groups
--- config
    location = /t {
        content_by_lua_block {
            for m in ngx.re.gmatch("hello halo", "(h[a-z]|h[a-z][a-z])", "do") do
                ngx.say(m[0], " ", m[1])
            end
        }
    }
--- request
GET /t
--- response_body
hel nil
hal nil
--- no_error_log
[error]



=== the subject may be a number
--- config
    location = /t {
        content_by_lua_block {
            local iter = ngx.re.gmatch(1020, "[1-9]", "jo")
            ngx.say(iter()[0], iter()[0], tostring(iter()))
        }
    }
--- request
GET /t
--- response_body
12nil
--- no_error_log
[error]



=== abandoned iterators are collected
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 2000 do
                local iter = ngx.re.gmatch("abc", "[a-c]")
                if i % 2 == 0 then
                    iter()
                end
            end
            collectgarbage()
            collectgarbage()
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- no_error_log
[error]
