# ngx.re.match: captures tables, ctx.pos, reuse of a table, errors.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== the whole match is at index 0, groups follow
--- config
    location = /t {
        content_by_lua_block {
            local m = ngx.re.match("order 4711-b", [[(\d+)-(\w)]])
            ngx.say(m[0], " ", m[1], " ", m[2], " ", m[3])
        }
    }
--- request
GET /t
--- response_body
4711-b 4711 b nil
--- no_error_log
[error]



=== no match gives a single nil
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(select("#", ngx.re.match("abc", "x")), " ", (ngx.re.match("abc", "x", "jo")))
        }
    }
--- request
GET /t
--- response_body
1 nil
--- no_error_log
[error]



=== groups that took no part are false, also the last ones
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "", "jo" } do
                local m = ngx.re.match("ac", "(a)(b)?(c)(d)?(e)?", opts)
                ngx.say(m[1], " ", m[2], " ", m[3], " ", m[4], " ", m[5], " ", m[6])
            end
        }
    }
--- request
GET /t
--- response_body
a false c false false nil
a false c false false nil
--- no_error_log
[error]



=== a group that matched nothing is an empty string
--- config
    location = /t {
        content_by_lua_block {
            local m = ngx.re.match("ab", "a(x*)b()", "jo")
            ngx.say("[", m[0], "] [", m[1], "] [", m[2], "]")
        }
    }
--- request
GET /t
--- response_body
[ab] [] []
--- no_error_log
[error]



=== more groups than there are generated builders for
--- config
    location = /t {
        content_by_lua_block {
            local regex = ("(.)"):rep(25) .. "(no)?"
            local m = ngx.re.match("abcdefghijklmnopqrstuvwxyz", regex, "jo")
            ngx.say(#m[0], " ", m[1], m[9], m[10], m[25], " ", m[26], " ", m[27])
        }
    }
--- request
GET /t
--- response_body
25 aijy false nil
--- no_error_log
[error]



=== named groups are there by name as well
--- config
    location = /t {
        content_by_lua_block {
            local regex = [[(?<host>[^:/]+)(?::(?<port>\d+))?/(?<path>.*)]]
            for _, subj in ipairs { "example.org:80/a/b", "example.org/" } do
                local m = ngx.re.match(subj, regex, "jo")
                ngx.say(m.host, " ", m.port, " [", m.path, "] ", m[2], " ", m.nothing)
            end
        }
    }
--- request
GET /t
--- response_body
example.org 80 [a/b] 80 nil
example.org false [] false nil
--- no_error_log
[error]



=== with option D a name stands for the texts of all its groups
--- config
    location = /t {
        content_by_lua_block {
            local regex = "(?<n>a)(?<n>x)?(?<n>c)?(?<other>y)?"
            local m = ngx.re.match("ac", regex, "D")
            ngx.say(table.concat(m.n, ","), " ", m[2], " ", m.other)
            m = ngx.re.match("a", regex, "Djo")
            ngx.say(table.concat(m.n, ","))
        }
    }
--- request
GET /t
--- response_body
a,c false nil
a
--- no_error_log
[error]



=== without it a name twice is an error
--- config
    location = /t {
        content_by_lua_block {
            local m, err = ngx.re.match("ab", "(?<n>a)(?<n>b)")
            ngx.say(m, " ", err)
        }
    }
--- request
GET /t
--- response_body_like
^nil pcre2_compile\(\) failed: two named subpatterns have the same name \(PCRE2_DUPNAMES not set\) in "\(\?<n>a\)\(\?<n>b\)" at ".*"$
--- no_error_log
[error]



=== ctx.pos says where to start and is moved behind the match
--- config
    location = /t {
        content_by_lua_block {
            local ctx = {}
            for i = 1, 3 do
                local m = ngx.re.match("a1b22", [[\d+]], "jo", ctx)
                ngx.say(m and m[0], " ", ctx.pos)
            end
        }
    }
--- request
GET /t
--- response_body
1 3
22 6
nil 6
--- no_error_log
[error]



=== a ctx.pos of 0 or less is the start
--- config
    location = /t {
        content_by_lua_block {
            for _, pos in ipairs { 0, -7 } do
                local ctx = { pos = pos }
                ngx.say(ngx.re.match("abc", "b?a", "", ctx)[0], " ", ctx.pos)
                ctx.pos = pos
                ngx.say(ngx.re.match("abc", "x", "", ctx), " ", ctx.pos)
            end
        }
    }
--- request
GET /t
--- response_body
a 2
nil 0
a 2
nil -7
--- no_error_log
[error]



=== ctx.pos just behind the subject can match, further on it cannot
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "", "jo", "d" } do
                local ctx = { pos = 3 }
                ngx.say("[", ngx.re.match("ab", "$", opts, ctx)[0], "] ", ctx.pos)
                ctx.pos = 4
                local m, err = ngx.re.match("ab", "$", opts, ctx)
                ngx.say(m, " ", err, " ", ctx.pos)
            end
        }
    }
--- request
GET /t
--- response_body
[] 3
nil pcre_exec() failed: -33 4
[] 3
nil pcre_exec() failed: -33 4
[] 3
nil pcre_exec() failed: -33 4
--- no_error_log
[error]



=== what lies before ctx.pos is seen by look-behind
--- config
    location = /t {
        content_by_lua_block {
            local ctx = { pos = 4 }
            ngx.say(ngx.re.match("foobar", "(?<=foo)bar", "jo", ctx)[0], " ", ctx.pos)
            ctx.pos = 4
            ngx.say(ngx.re.match("foobar", "^bar", "jo", ctx))
        }
    }
--- request
GET /t
--- response_body
bar 7
nil
--- no_error_log
[error]



=== a table for the result is filled and keeps its other entries
--- config
    location = /t {
        content_by_lua_block {
            local res = { "old", "old", "old", "kept", name = "old", also = "kept" }
            local m = ngx.re.match("key=", "(?<name>[a-z]+)=(.)?", "jo", nil, res)
            ngx.say(m == res, " ", res[0], " ", res[1], " ", res[2], " ", res[3], " ", res[4], " ",
                    res.name, " ", res.also)
            ngx.say(ngx.re.match("no", "(?<name>[a-z]+)=(.)?", "jo", nil, res), " ", res[1])
        }
    }
--- request
GET /t
--- response_body
true key= key false old kept key kept
nil key
--- no_error_log
[error]



=== the subject may be anything
--- config
    location = /t {
        content_by_lua_block {
            local object = setmetatable({}, { __tostring = function() return "an object" end })
            ngx.say(ngx.re.match(1.5, [[\.(\d)]])[1])
            ngx.say(ngx.re.match(nil, "n.")[0])
            ngx.say(ngx.re.match(true, "t.")[0])
            ngx.say(ngx.re.match(object, "o.*")[0])
            ngx.say(#ngx.re.match("a\0b", "a\0b", "jo")[0])
        }
    }
--- request
GET /t
--- response_body
5
ni
tr
object
3
--- no_error_log
[error]



=== a pattern must be a string
--- config
    location = /t {
        content_by_lua_block {
            for _, regex in ipairs { 1, true } do
                ngx.say((pcall(ngx.re.match, "1", regex)))
            end
            ngx.say((pcall(ngx.re.match, "1", nil)))
        }
    }
--- request
GET /t
--- response_body
false
false
false
--- no_error_log
[error]



=== the API is there in init_by_lua and set_by_lua
--- http_config
    init_by_lua_block {
        in_init = ngx.re.match("init 1", [[\d]], "jo")[0]
    }
--- config
    location = /t {
        set_by_lua_block $in_set {
            return ngx.re.match("set 2", [[\d]], "jo")[0]
        }
        content_by_lua_block {
            ngx.say(in_init, " ", ngx.var.in_set)
        }
    }
--- request
GET /t
--- response_body
1 2
--- no_error_log
[error]
