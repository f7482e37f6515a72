# ngx.encode_base64, decode_base64, decode_base64mime, and the module ngx.base64.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== encoding pads to four characters, or not on request
--- lua
for _, s in ipairs { "", "a", "ab", "abc", "\255\254\253" } do
    ngx.say(ngx.encode_base64(s), " ", ngx.encode_base64(s, true), " ", ngx.encode_base64(s, false))
end
--- response_body eval
"  \nYQ== YQ YQ==\nYWI= YWI YWI=\nYWJj YWJj YWJj\n//79 //79 //79\n"



=== encoding takes any value for a string
--- lua
ngx.say(ngx.encode_base64(12), " ", ngx.encode_base64(true), " [", ngx.encode_base64(nil), "]")
--- response_body
MTI= dHJ1ZQ== []



=== no_padding must be a boolean
--- lua
fails(ngx.encode_base64, "a", 1)
fails(ngx.encode_base64, "a", "true")
fails(ngx.encode_base64, "a", nil)
--- response_body
bad no_padding: boolean expected, got number
bad no_padding: boolean expected, got string
no error



=== decoding takes padding as optional and refuses foreign bytes
--- lua
for _, s in ipairs { "", "YQ==", "YQ", "YWI=", "YWJj", "YWJj!", "YWJjZ", "YW Jj", "YQ==more" } do
    ngx.say(s, " -> ", ngx.decode_base64(s))
end
--- response_body eval
" -> \nYQ== -> a\nYQ -> a\nYWI= -> ab\nYWJj -> abc\nYWJj! -> nil\nYWJjZ -> nil\nYW Jj -> nil\nYQ==more -> a\n"



=== MIME decoding skips foreign bytes
--- lua
for _, s in ipairs { "YW\nJj", "Y-W=", "Y Q", "!?", "Y", "" } do
    ngx.say(ngx.decode_base64mime(s))
end
--- response_body eval
"abc\na\na\n\nnil\n\n"



=== decoding wants a string
--- lua
fails(ngx.decode_base64, 1)
fails(ngx.decode_base64, nil)
fails(ngx.decode_base64mime, {})
--- response_body
string argument only
string argument only
string argument only



=== every byte and length survives
--- lua
local s = ""
for i = 0, 700 do
    s = s .. string.char(i % 256)
    assert(ngx.decode_base64(ngx.encode_base64(s)) == s)
    assert(ngx.decode_base64mime(ngx.encode_base64(s, true)) == s)
end
local long = string.rep("x", 100001)
ngx.say(ngx.decode_base64(ngx.encode_base64(long)) == long)
--- response_body
true



=== the URL-safe alphabet comes with a module
--- lua
local base64 = require "ngx.base64"
ngx.say(base64.encode_base64url("\255\254\253?"))
ngx.say(base64.decode_base64url("__79Pw") == "\255\254\253?")
ngx.say(base64.decode_base64url("a+b"))
ngx.say(base64.encode_base64url(1))
ngx.say(base64.decode_base64url(nil))
ngx.say(base64.encode_base64url(""), base64.decode_base64url(""))
--- response_body eval
"__79Pw\ntrue\nnilinvalid input\nnilmust provide a string\nnilmust provide a string\n\n"
