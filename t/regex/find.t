# ngx.re.find: positions of the match or of a group.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== positions start at 1 and include the last byte
--- config
    location = /t {
        content_by_lua_block {
            local subj = "hello, 1234"
            local from, to, err = ngx.re.find(subj, "[0-9]+", "jo")
            ngx.say(from, " ", to, " ", err, " ", subj:sub(from, to))
            ngx.say(ngx.re.find(20231, "23"))
        }
    }
--- request
GET /t
--- response_body
8 11 nil 1234
34
--- no_error_log
[error]



=== an empty match ends before it starts
--- config
    location = /t {
        content_by_lua_block {
            local from, to = ngx.re.find("abc", "x*", "jo")
            ngx.say(from, " ", to)
            from, to = ngx.re.find("abc", "$", "jo")
            ngx.say(from, " ", to)
        }
    }
--- request
GET /t
--- response_body
1 0
4 3
--- no_error_log
[error]



=== no match
--- config
    location = /t {
        content_by_lua_block {
            local from, to, err = ngx.re.find("abc", "x", "jo", nil, 7)
            ngx.say(from, " ", to, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil nil nil
--- no_error_log
[error]



=== the n-th group instead of the whole match
--- config
    location = /t {
        content_by_lua_block {
            local function find(nth)
                local from, to, err = ngx.re.find("key=v", "([a-z]+)=(x)?(v)(y)?", "jo", nil, nth)
                ngx.say(from, " ", to, " ", err)
            end

            find(nil)
            find(0)
            find(-1)
            find(1)
            find(2)
            find(3)
            find(4)
            find(5)
        }
    }
--- request
GET /t
--- response_body
1 5 nil
1 5 nil
1 5 nil
1 3 nil
nil nil nil
5 5 nil
nil nil nil
nil nil nth out of bound
--- no_error_log
[error]



=== a DFA match has no groups
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.re.find("hello", "(he|hell)", "d"))
            local from, to, err = ngx.re.find("hello", "(he|hell)", "d", nil, 1)
            ngx.say(from, " ", to, " ", err)
        }
    }
--- request
GET /t
--- response_body
14
nil nil nth out of bound
--- no_error_log
[error]



=== ctx.pos is moved whenever the pattern matched
--- config
    location = /t {
        content_by_lua_block {
            local ctx = { pos = 2 }
            local from, to = ngx.re.find("a1b22", [[\d+]], "jo", ctx)
            ngx.say(from, " ", to, " ", ctx.pos)

            from, to = ngx.re.find("a1b22", [[\d+(x)?]], "jo", ctx, 1)
            ngx.say(from, " ", to, " ", ctx.pos)

            from, to = ngx.re.find("a1b22", [[\d+]], "jo", ctx)
            ngx.say(from, " ", to, " ", ctx.pos)
        }
    }
--- request
GET /t
--- response_body
2 2 3
nil nil 6
nil nil 6
--- no_error_log
[error]



=== errors come third
--- config
    location = /t {
        content_by_lua_block {
            local from, to, err = ngx.re.find("abc", "(abc")
            ngx.say(from, " ", to, " ", err)
            from, to, err = ngx.re.find("\xe4\xbd", ".", "u")
            ngx.say(from, " ", to, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil nil pcre2_compile() failed: missing closing parenthesis in "(abc"
nil nil pcre_exec() failed: -3
--- no_error_log
[error]
