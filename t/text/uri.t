# ngx.escape_uri, unescape_uri.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

check_accum_error_log();
repeat_each(2);
run_tests();

__DATA__

=== escaping leaves only unreserved characters of a component
--- lua
ngx.say(ngx.escape_uri("a-b_c.d~e!f'g(h)i*j /?:@&=+$,#\"\0\255"))
--- response_body
a-b_c.d~e!f'g(h)i*j%20%2F%3F%3A%40%26%3D%2B%24%2C%23%22%00%FF



=== each type escapes a set of its own
--- lua
for set = 0, 6 do
    ngx.say(set, " ", ngx.escape_uri("/a ?#%+\"'&\1\200", set))
end
--- response_body
0 /a%20%3F%23%25+"'&%01%C8
1 /a%20%3F%23%25%2B"'&%01%C8
2 %2Fa%20%3F%23%25%2B%22'%26%01%C8
3 /a%20?%23%25+%22%27&%01%C8
4 /a%20?#%+%22%27&%01%C8
5 /a%20?#%25+"'&%01È
6 /a%20?#%25+"'&%01È



=== values that are no strings become strings, nil and false empty ones
--- lua
ngx.say(ngx.escape_uri(1.5), " ", ngx.escape_uri(true), " [", ngx.escape_uri(nil), ngx.escape_uri(false), "]")
ngx.say(ngx.unescape_uri(15), " ", ngx.unescape_uri(true), " [", ngx.unescape_uri(nil), "]")
--- response_body
1.5 true []
15 true []



=== a wrong type is the caller's caller's fault
--- lua
local function escape(set)
    local s = ngx.escape_uri("x", set)
    return s
end
fails(escape, "2")
fails(escape, 7)
fails(escape, -1)
--- response_body
"type" is not a number
"type" 7 out of range
"type" -1 out of range



=== unescaping decodes escapes and plus signs, and leaves broken escapes
--- lua
ngx.say(ngx.unescape_uri("a%20b+c%2fd%2Fe"))
ngx.say(ngx.unescape_uri("%"), ngx.unescape_uri("%4"), ngx.unescape_uri("%zz%4x%%41"))
ngx.say(#ngx.unescape_uri("%00%ff"))
--- response_body
a b c/d/e
%%4%zz%4x%A
2



=== long strings go both ways
--- lua
local all = {}
for i = 0, 255 do
    all[i + 1] = string.char(i)
end
all = string.rep(table.concat(all), 100)
ngx.say(ngx.unescape_uri(ngx.escape_uri(all)) == all)
ngx.say(#ngx.escape_uri(string.rep("/", 100000)))
--- response_body
true
300000



=== the loop compiles
--- http_config
init_by_lua_block {
    require("jit.v").on(ngx.config.prefix() .. "logs/error.log")
    require("jit.opt").start("hotloop=10")
}
--- lua
local s
for i = 1, 200 do
    s = ngx.unescape_uri(ngx.escape_uri("a b"))
end
ngx.say(s)
--- response_body
a b
--- error_log eval
qr/\[TRACE\s+\d+ content_by_lua\(nginx\.conf:\d+\):\d+ loop\]/
--- no_error_log
[error]
 -- NYI:
