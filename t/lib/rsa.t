# resty.rsa.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== what the public key encrypts the private key decrypts, with each format and padding
--- lua
local rsa = require "resty.rsa"
for _, pkcs8 in ipairs { true, false } do
    local public, private = rsa:generate_rsa_keys(1024, pkcs8)
    ngx.say(public:match("^[^\n]+"), " ", private:match("^[^\n]+"))
    for _, padding in ipairs { rsa.PADDING.RSA_PKCS1_PADDING, rsa.PADDING.RSA_PKCS1_OAEP_PADDING } do
        local sealed = rsa:new { public_key = public, padding = padding }:encrypt("text")
        ngx.say(#sealed, " ", rsa:new { private_key = private, padding = padding }:decrypt(sealed))
    end
end
--- response_body
-----BEGIN PUBLIC KEY----- -----BEGIN PRIVATE KEY-----
128 text
128 text
-----BEGIN RSA PUBLIC KEY----- -----BEGIN RSA PRIVATE KEY-----
128 text
128 text



=== signatures
--- lua
local rsa = require "resty.rsa"
local public, private = rsa:generate_rsa_keys(1024)
for _, algorithm in ipairs { "md5", "sha1", "SHA256" } do
    local signature = rsa:new { private_key = private, algorithm = algorithm }:sign("text")
    local verifier = rsa:new { public_key = public, algorithm = algorithm, key_type = rsa.KEY_TYPE.PKCS1 }
    local ok, err = verifier:verify("other", signature)
    ngx.say(#signature, " ", verifier:verify("text", signature), " ", ok, " ", type(err))
end
--- response_body
128 true nil string
128 true nil string
128 true nil string



=== an object does what its key can
--- lua
local rsa = require "resty.rsa"
local public, private = rsa:generate_rsa_keys(1024)
local encrypter = rsa:new { public_key = public }
local decrypter = rsa:new { private_key = private }
ngx.say(decrypter:encrypt("x"))
ngx.say(encrypter:decrypt("x"))
ngx.say(encrypter:sign("x"))
ngx.say(decrypter:verify("x", "y"))
ngx.say(encrypter:encrypt(("x"):rep(200)))
ngx.say(decrypter:decrypt("short") == nil)
--- response_body
nilnot inited for encrypt
nilnot inited for decrypt
nilnot inited for sign
nilnot inited for verify
nildata too large for key size
true



=== keys that are none
--- lua
local rsa = require "resty.rsa"
ngx.say(rsa:new {})
ngx.say((rsa:new { public_key = "what" }))
ngx.say((rsa:new { private_key = "what" }))
ngx.say(rsa:new { public_key = rsa:generate_rsa_keys(1024), algorithm = "what" })
local public, private, err = rsa:generate_rsa_keys(1)
ngx.say(public, " ", private, " ", type(err))
--- response_body
nilpublic_key or private_key not found
nil
nil
nilUnknown message digest
nil nil string
