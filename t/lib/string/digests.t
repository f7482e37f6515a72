# resty.md5, resty.sha*, resty.string, resty.random.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== digests of data in pieces, of nothing, and again after reset
--- lua
local to_hex = require "resty.string".to_hex
for _, name in ipairs { "md5", "sha1", "sha224", "sha256", "sha384", "sha512" } do
    local digest = require("resty." .. name):new()
    ngx.say(name, " ", digest:update("hel"), " ", digest:update("lo"), " ", to_hex(digest:final()):sub(1, 40))
    ngx.say(digest:reset(), " ", to_hex(digest:final()):sub(-16))
end
--- response_body
md5 true true 5d41402abc4b2a76b9719d911017c592
true e9800998ecf8427e
sha1 true true aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d
true 95601890afd80709
sha224 true true ea09ae9cc6768c50fcee903ed054556e5bfc8347
true 828ea62ac5b3e42f
sha256 true true 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c
true a495991b7852b855
sha384 true true 59e1748777448c69de6b800d7a33bbfb9ff1b463
true d51ad2f14898b95b
sha512 true true 9b71d224bd62f3785d96d46ad3ea3d73319bfbc2
true a538327af927da3e



=== md5 takes a length
--- lua
local md5 = require "resty.md5":new()
md5:update("hello, world", 5)
ngx.say(require "resty.string".to_hex(md5:final()))
--- response_body
5d41402abc4b2a76b9719d911017c592



=== resty.sha is there to be required
--- lua
ngx.say(type(require "resty.sha"), " ", require "resty.sha256"._VERSION)
--- response_body
table 0.17



=== atoi reads decimal digits only
--- lua
local atoi = require "resty.string".atoi
for _, text in ipairs { "0", "0123", "9007199254740992", "", "-1", "+1", " 1", "1x", "99999999999999999999" } do
    ngx.print(atoi(text), " ")
end
--- response_body chop
0 123 9.007199254741e+15 -1 -1 -1 -1 -1 -1 



=== hexadecimal text of long strings
--- lua
local to_hex = require "resty.string".to_hex
ngx.say(to_hex("\0\1\254\255"), " ", to_hex(""), " ", #to_hex(("x"):rep(100000)))
--- response_body
0001feff  200000



=== random bytes
--- lua
local random = require "resty.random"
local one, other = random.bytes(20), random.bytes(20, false)
ngx.say(#one, " ", #other, " ", one == other, " ", #random.bytes(10000, true), " ", #random.bytes(0))
--- response_body
20 20 false 10000 0
