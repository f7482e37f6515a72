# The option letters of the regex API, and UTF-8.
use Test::Nginx::Socket::Lua 'no_plan';

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== each letter does what it says
--- config
    location = /t {
        content_by_lua_block {
            local function try(opts, subj, regex)
                local function text(o)
                    local m = ngx.re.match(subj, regex, o)
                    return m and "[" .. m[0]:gsub("\n", "\\n") .. "]" or "none"
                end
                ngx.say(opts, ": ", text(""), " ", text(opts), " ", text(opts .. "jo"))
            end

            try("i", "HELLO", "hello")
            try("a", "ab", "b")
            try("m", "a\nb", "^b")
            try("s", "a\nb", "a.b")
            try("x", "ab", "a b # comment")
            try("d", "hell", "he|hell")
            try("J", "a[]", "a[]")
            try("J", "b", [[(a)?\1b]])
            try("u", "\xc3\xa9", ".")
            try("U", "\xc3\xa9", ".")
        }
    }
--- request
GET /t
--- response_body_like eval
"^i: none \\[HELLO\\] \\[HELLO\\]
a: \\[b\\] none none
m: none \\[b\\] \\[b\\]
s: none \\[a\\\\nb\\] \\[a\\\\nb\\]
x: none \\[ab\\] \\[ab\\]
d: \\[he\\] \\[hell\\] \\[hell\\]
J: none none none
J: none \\[b\\] \\[b\\]
u: \\[\xc3\\] \\[\xc3\xa9\\] \\[\xc3\xa9\\]
U: \\[\xc3\\] \\[\xc3\xa9\\] \\[\xc3\xa9\\]\$"
--- no_error_log
[error]



=== an unknown letter raises at the line of the caller
--- config
    location = /t {
        content_by_lua_block {
            for _, name in ipairs { "match", "find", "gmatch" } do
                local ok, err = pcall(function() ngx.re[name]("a", "a", "joQ") return 1 end)
                ngx.say(ok, " ", err)
            end
            for _, name in ipairs { "sub", "gsub" } do
                local ok, err = pcall(function() ngx.re[name]("a", "a", "x", "Q") return 1 end)
                ngx.say(ok, " ", err)
            end
        }
    }
--- request
GET /t
--- response_body_like chomp
^(?:false content_by_lua\(nginx\.conf:\d+\):3: unknown flag "Q" \(flags "joQ"\)
){3}(?:false content_by_lua\(nginx\.conf:\d+\):7: unknown flag "Q" \(flags "Q"\)
){2}$
--- no_error_log
[error]



=== u checks the subject, U does not
--- config
    location = /t {
        content_by_lua_block {
            for _, opts in ipairs { "u", "uj", "ud", "U", "Uj" } do
                local m, err = ngx.re.match("\xe4\xbd\xa0\xe5\xa5\xbd", "(.)(.)?", opts)
                ngx.say(opts, " ", m and #m[0], " ", m and m[2] and #m[2], " ", err)
            end
            for _, opts in ipairs { "u", "uj", "ud" } do
                local m, err = ngx.re.match("a\xe4\xbd", ".", opts)
                ngx.say(opts, " ", m, " ", err)
            end
        }
    }
--- request
GET /t
--- response_body
u 6 3 nil
uj 6 3 nil
ud 6 nil nil
U 6 3 nil
Uj 6 3 nil
u nil pcre_exec() failed: -3
uj nil pcre_exec() failed: -3
ud nil pcre_exec() failed: -3
--- no_error_log
[error]



=== an empty match does not step into the middle of a character
--- config
    location = /t {
        content_by_lua_block {
            local iter = ngx.re.gmatch("\xe4\xbd\xa0", "", "u")
            ngx.say("[", iter()[0], "] ", select(2, iter()))
            local new, n, err = ngx.re.gsub("\xe4\xbd\xa0", "", "-", "u")
            ngx.say(new, " ", n, " ", err)
        }
    }
--- request
GET /t
--- response_body
[] pcre_exec() failed: -36
nil nil pcre_exec() failed: -36
--- no_error_log
[error]



=== compile errors name the reason, the pattern and what is left of it
--- config
    location = /t {
        content_by_lua_block {
            for _, regex in ipairs { "(abc", "a)b", "[z" } do
                ngx.say(select(2, ngx.re.match("", regex)))
            end
            local long = select(2, ngx.re.match("", ("x"):rep(500) .. "("))
            ngx.say(#long)
        }
    }
--- request
GET /t
--- response_body_like chomp
^pcre2_compile\(\) failed: missing closing parenthesis in "\(abc"
pcre2_compile\(\) failed: unmatched closing parenthesis in "a\)b" at "\)?b"
pcre2_compile\(\) failed: missing terminating \] for character class in "\[z"
255$
--- no_error_log
[error]
