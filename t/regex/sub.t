# ngx.re.sub and ngx.re.gsub: templates, functions, empty matches, errors.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== sub replaces the first match, gsub all
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "", "jo" } do
                ngx.say(table.concat({ ngx.re.sub("a1b2c3", [[\d]], "#", opts) }, " "))
                ngx.say(table.concat({ ngx.re.gsub("a1b2c3", [[\d]], "#", opts) }, " "))
            end
        }
    }
--- request
GET /t
--- response_body
a#b2c3 1
a#b#c# 3
a#b2c3 1
a#b#c# 3
--- no_error_log
[error]



=== nothing matched: the subject, 0
--- config
    location = /t {
        content_by_lua_block {
            local new, n, err = ngx.re.gsub("abc", "x", "y", "jo")
            ngx.say(new, " ", n, " ", err)
            new, n, err = ngx.re.sub(12, "x", function() return "y" end)
            ngx.say(new, " ", n, " ", err, " ", type(new))
        }
    }
--- request
GET /t
--- response_body
abc 0 nil
12 0 nil string
--- no_error_log
[error]



=== templates refer to groups by number
--- config
    location = /t {
        content_by_lua_block {
            local function sub(template)
                ngx.say((ngx.re.sub("-ab-", "(a)(b)(x)?", template, "jo")))
            end

            sub("[$0|$1|$2]")
            sub("${2}${1}")
            sub("$3$4$10<>")
            sub("$1a$01")
            sub("$$1 costs $$")
            sub("")
        }
    }
--- request
GET /t
--- response_body
-[ab|a|b]-
-ba-
-<>-
-aaa-
-$1 costs $-
--
--- no_error_log
[error]



=== replacements that are neither strings nor functions are turned into text
--- config
    location = /t {
        content_by_lua_block {
            local template = setmetatable({}, { __tostring = function() return "<$0>" end })
            ngx.say((ngx.re.sub("abc", "b", 12.5)))
            ngx.say((ngx.re.sub("abc", "b", true)))
            ngx.say((ngx.re.sub("abc", "b", nil)))
            ngx.say((ngx.re.sub("abc", "b", template)))
        }
    }
--- request
GET /t
--- response_body
a12.5c
atruec
anilc
a<b>c
--- no_error_log
[error]



=== a template with a named group is refused
--- config
    location = /t {
        content_by_lua_block {
            local new, n, err = ngx.re.gsub("abc", "(?<name>b)", "<$name>")
            ngx.say(new, " ", n, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil nil failed to compile the replacement template
--- error_log
attempt to use named capturing variable "name" (named captures not supported yet)



=== a template with an open brace is refused
--- config
    location = /t {
        content_by_lua_block {
            local new, n, err = ngx.re.sub("abc", "b", "${1", "jo")
            ngx.say(new, " ", n, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil nil failed to compile the replacement template
--- error_log
[error]
the closing bracket in "1" variable is missing



=== a template with a lonely dollar sign is refused, even when nothing matches
--- config
    location = /t {
        content_by_lua_block {
            local new, n, err = ngx.re.sub("abc", "x", "a$ 1")
            ngx.say(new, " ", n, " ", err)
        }
    }
--- request
GET /t
--- response_body
nil nil failed to compile the replacement template
--- error_log
lua script: invalid capturing variable name found in "a$ 1"



=== a function gets the captures table; its result is taken as it is
--- config
    location = /t {
        content_by_lua_block {
            local function swap(m)
                return m[2] .. "$1" .. m.first .. tostring(m[3])
            end

            for _, opts in ipairs { "", "jo" } do
                ngx.say((ngx.re.gsub("ab-cd", "(?<first>[a-z])([a-z])(x)?", swap, opts)))
            end
        }
    }
--- request
GET /t
--- response_body
b$1afalse-d$1cfalse
b$1afalse-d$1cfalse
--- no_error_log
[error]



=== results of functions are turned into text
--- config
    location = /t {
        content_by_lua_block {
            local results = { a = 1, b = false, c = 2.5 }
            ngx.say((ngx.re.gsub("abcd", "[a-d]", function(m) return results[m[0]] end)))
        }
    }
--- request
GET /t
--- response_body
1false2.5nil
--- no_error_log
[error]



=== each call of the function has a table of its own
--- config
    location = /t {
        content_by_lua_block {
            local kept = {}
            ngx.re.gsub("ab", ".", function(m) kept[#kept + 1] = m return "" end, "jo")
            ngx.say(kept[1][0], kept[2][0])
        }
    }
--- request
GET /t
--- response_body
ab
--- no_error_log
[error]



=== an error in the function reaches the caller, and the next call works
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "", "jo" } do
                local ok, err = pcall(ngx.re.gsub, "abc", "b", function() error("oops", 0) end, opts)
                ngx.say(ok, " ", err)
                ngx.say((ngx.re.gsub("abc", "b", function() return "x" end, opts)))
            end
        }
    }
--- request
GET /t
--- response_body
false oops
axc
false oops
axc
--- no_error_log
[error]



=== a function may use the same pattern on another subject
--- config
    location = /t {
        content_by_lua_block {
            local depth = 0
            local function nested(m)
                depth = depth + 1
                local inner = depth < 4 and ngx.re.gsub("a-b", "([a-b])", nested, "jo") or "."
                depth = depth - 1
                return "(" .. inner .. m[1] .. ")"
            end

            ngx.say((ngx.re.gsub("x a y b z", "([a-b])", nested, "jo")))
        }
    }
--- request
GET /t
--- response_body_like
^x \(\(\(\(\.a\)-\(\.b\)a\).* z$
--- no_error_log
[error]



=== a function may wait
--- config
    location = /t {
        content_by_lua_block {
            local function slow(m)
                ngx.sleep(0.001)
                return "<" .. m[0] .. ">"
            end

            local thread = ngx.thread.spawn(function()
                return (ngx.re.gsub("12", [[\d]], slow, "jo"))
            end)
            local here = ngx.re.gsub("345", [[\d]], slow, "jo")
            local _, there = ngx.thread.wait(thread)
            ngx.say(here, " ", there)
        }
    }
--- request
GET /t
--- response_body
<3><4><5> <1><2>
--- no_error_log
[error]



=== empty matches move on by one byte and the end counts once
--- config
    location = /t {
        content_by_lua_block {
            local function as_function() return "-" end

            for _, case in ipairs { { "hello", "a|" }, { "", "a|" }, { "baac", "a*" },
                                    { "abcd", "a|(?=c)" }, { "abcd", "(?<=c)" },
                                    { "TestCase", "^ *" } } do
                local by_text, n = ngx.re.gsub(case[1], case[2], "-")
                local by_function, m = ngx.re.gsub(case[1], case[2], as_function)
                ngx.say(by_text, " ", n, " ", by_text == by_function and n == m)
            end
        }
    }
--- request
GET /t
--- response_body
-h-e-l-l-o- 6 true
- 1 true
-b--c- 4 true
-b-cd 2 true
abc-d 1 true
-TestCase 1 true
--- no_error_log
[error]



=== look-behind sees the subject, not what was put in
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.re.gsub("{foobarbaz}", "(?<=foo)bar|(?<=bar)baz", "h$0", "jo"))
            ngx.say(ngx.re.sub("abcd", "(?<=c)", "."))
        }
    }
--- request
GET /t
--- response_body
{foohbarhbaz}2
abc.d1
--- no_error_log
[error]



=== long subjects and long results
--- config
    location = /t {
        content_by_lua_block {
            local subj = ("a"):rep(8000) .. ("b"):rep(1000) .. ("a"):rep(8000) .. "b"
            local function twice(m) return m[0] .. m[0] end

            for _, replacement in ipairs { "$0$0", twice } do
                local new, n = ngx.re.gsub(subj, "b+", replacement, "jo")
                ngx.say(n, " ", #new, " ", new:sub(9999, 10001))
            end

            local new, n = ngx.re.gsub(("ab"):rep(200000), "b", "<$0>", "jo")
            ngx.say(n, " ", #new, " ", new:sub(-8))
        }
    }
--- request
GET /t
--- response_body
2 18002 bba
2 18002 bba
200000 800000 a<b>a<b>
--- no_error_log
[error]



=== with option d the longest match is replaced
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(ngx.re.gsub("1234 5678", "[0-9]|[0-9][0-9]", "x", "do"))
            ngx.say(ngx.re.sub("hello", "(he|hell)", function(m)
                return m[0]:upper() .. tostring(m[1])
            end, "d"))
        }
    }
--- request
GET /t
--- response_body
xx xx4
HELLnilo1
--- no_error_log
[error]



=== errors come third
--- config
    location = /t {
        content_by_lua_block {
            local new, n, err = ngx.re.sub("abc", "(abc", "x", "jo")
            ngx.say(new, " ", n, " ", err)
            for _, replacement in ipairs { "x", function() return "x" end } do
                new, n, err = ngx.re.gsub("a\xe4\xbd", ".", replacement, "u")
                ngx.say(new, " ", n, " ", err)
            end
        }
    }
--- request
GET /t
--- response_body
nil nil pcre2_compile() failed: missing closing parenthesis in "(abc"
nil nil pcre_exec() failed: -3
nil nil pcre_exec() failed: -3
--- no_error_log
[error]
