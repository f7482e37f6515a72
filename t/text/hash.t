# ngx.md5, md5_bin, sha1_bin, hmac_sha1, crc32_short, crc32_long.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== digests of known strings
--- lua
local function hex(s)
    return (s:gsub(".", function (c)
        return ("%02x"):format(c:byte())
    end))
end
ngx.say(ngx.md5("hello"))
ngx.say(hex(ngx.md5_bin("hello")))
ngx.say(hex(ngx.sha1_bin("hello")))
ngx.say(hex(ngx.hmac_sha1("Jefe", "what do ya want for nothing?")))
ngx.say(hex(ngx.hmac_sha1(string.rep("\170", 80), "Test Using Larger Than Block-Size Key - Hash Key First")))
ngx.say(ngx.crc32_short("hello, world"), " ", ngx.crc32_long("hello, world"))
--- response_body
5d41402abc4b2a76b9719d911017c592
5d41402abc4b2a76b9719d911017c592
aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d
effcdf6ae5eb2fa2d27416d5f184df9c259a7c79
aa4ae5e15272d00e95705637ce8a3b55ed402112
4289425978 4289425978



=== nil and false are the empty string, other values their text
--- lua
ngx.say(ngx.md5() == ngx.md5(""), ngx.md5(false) == ngx.md5(""), ngx.md5(12) == ngx.md5("12"))
ngx.say(ngx.sha1_bin(nil) == ngx.sha1_bin(""), ngx.sha1_bin(true) == ngx.sha1_bin("true"))
ngx.say(ngx.crc32_short(nil), ngx.crc32_long(false), ngx.crc32_long(1) == ngx.crc32_long("1"))
--- response_body
truetruetrue
truetrue
00true



=== hmac_sha1 wants two strings
--- lua
fails(ngx.hmac_sha1, "key")
fails(ngx.hmac_sha1, "key", "text", "more")
fails(ngx.hmac_sha1, nil, "text")
fails(ngx.hmac_sha1, "key", {})
fails(function () local s = ngx.hmac_sha1({}, "text") end)
ngx.say(ngx.hmac_sha1(1, 2) == ngx.hmac_sha1("1", "2"))
--- response_body
expecting 2 arguments, but got 1
expecting 2 arguments, but got 3
bad argument #1 to '?' (string expected, got nil)
bad argument #2 to '?' (string expected, got table)
here: bad argument #1 to 'hmac_sha1' (string expected, got table)
true



=== digests of long strings
--- lua
local s = string.rep("0123456789", 100000)
ngx.say(ngx.md5(s), " ", ngx.crc32_short(s) == ngx.crc32_long(s))
--- response_body
174ac9a4f023a557a68ab0417355970e true
