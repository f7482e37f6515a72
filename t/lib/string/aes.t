# resty.aes.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== a password, with and without salt
--- lua
local aes = require "resty.aes"
local to_hex = require "resty.string".to_hex
for _, salt in ipairs { false, "WhatSalt" } do
    local key = aes:new("secret", salt or nil)
    local sealed = key:encrypt("hello")
    ngx.say(to_hex(sealed), " ", key:decrypt(sealed))
end
--- response_body
7b47a4dbb11e2cddb2f3740c9e3a552b hello
f72db89f8e19326d8da4928be106705c hello



=== GCM seals, and opens only what it sealed
--- lua
local aes = require "resty.aes"
local to_hex = require "resty.string".to_hex
local key = aes:new("secret", nil, aes.cipher(256, "gcm"), aes.hash.sha256, 1, 12)
local sealed = key:encrypt("hello", "aad")
ngx.say(to_hex(sealed[1]), " ", to_hex(sealed[2]))
ngx.say(key:decrypt(sealed[1], sealed[2], "aad"))
for _, args in ipairs { { sealed[2], "other" }, { sealed[2] }, { ("x"):rep(16), "aad" }, {} } do
    ngx.say(key:decrypt(sealed[1], unpack(args, 1, 2)))
end
ngx.say(to_hex(key:encrypt("hello")[2]))
--- response_body
4acef84443 46f4f3ca65395568407e15768b7526d9
hello
nilEVP_DecryptFinal_ex failed
nilEVP_DecryptFinal_ex failed
nilEVP_DecryptFinal_ex failed
nilEVP_DecryptFinal_ex failed
bcecc29fb0d8b5c895e21f6ea89681a2



=== every size and mode gives back what it was given
--- lua
local aes = require "resty.aes"
local text = ("0123456789"):rep(1000)
local count = 0
for _, size in ipairs { 128, 192, 256 } do
    for _, mode in ipairs { "ecb", "cbc", "cfb1", "cfb8", "cfb128", "ofb", "ctr", "gcm" } do
        local key = assert(aes:new("secret", nil, aes.cipher(size, mode), aes.hash.sha512, 5))
        local sealed = assert(key:encrypt(text))
        local tag
        if mode == "gcm" then
            sealed, tag = sealed[1], sealed[2]
        end
        count = count + (sealed ~= text and key:decrypt(sealed, tag) == text and 1 or 0)
    end
end
ngx.say(count)
--- response_body
24



=== a key and a vector of the caller's own
--- lua
local aes = require "resty.aes"
local to_hex = require "resty.string".to_hex
local cipher = aes.cipher(128, "cbc")
local key = aes:new(("k"):rep(16), nil, cipher, { iv = ("i"):rep(16) })
ngx.say(#key:encrypt("x"))
local md5 = aes:new("any length", nil, cipher, { iv = ("i"):rep(16), method = ngx.md5_bin })
ngx.say(md5:decrypt(md5:encrypt("text")))
ngx.say(aes:new("short", nil, cipher, { iv = ("i"):rep(16) }))
ngx.say(aes:new(("k"):rep(16), nil, cipher, { iv = ("i"):rep(17) }))
ngx.say(aes:new(("k"):rep(16), nil, cipher, {}))
ngx.say(aes:new("secret", "short"))
--- response_body
16
text
nilbad key length
nilbad iv length
niliv is needed
nilsalt must be 8 characters or nil



=== without padding only whole blocks will do
--- lua
local aes = require "resty.aes"
local key = aes:new("secret", nil, nil, nil, nil, nil, false)
ngx.say(#key:encrypt(("x"):rep(32)))
ngx.say(key:encrypt("x"))
ngx.say(key:decrypt("x"))
--- response_body
32
nilEVP_EncryptFinal_ex failed
nilEVP_DecryptFinal_ex failed



=== misuse
--- lua
local aes = require "resty.aes"
fails(aes.new, "secret")
fails(aes:new("secret").encrypt, "text")
ngx.say((select(2, pcall(aes.cipher, 128, "xyz")):match("missing declaration.*")))
--- response_body
bad argument #1 self: table expected, got string
bad argument #1 self: table expected, got string
missing declaration for symbol 'EVP_aes_128_xyz'
