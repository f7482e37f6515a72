# resty.mysql: the authentication plugins by themselves, without a server.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $login = <<'END';
local auth = require "resty.mysql.auth"
local to_hex = require "resty.string".to_hex
local function login(options)
    options.password = options.password or "secret"
    options.scramble = "\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15\16\17\18\19\20"
    options.sent = {}
    options.channel = {
        send = function(_, payload)
            options.sent[#options.sent + 1] = payload
            return #payload
        end,
    }
    return options
end
END
add_block_preprocessor(sub { $_[0]->set_value(lua => $login . $_[0]->lua) });
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== answers to a scramble
--- lua
show(to_hex(auth.answer(login {}, "mysql_native_password")))
show(to_hex(auth.answer(login {}, "caching_sha2_password")))
show(auth.answer(login {}, "mysql_clear_password") == "secret\0")
show(auth.answer(login { secure = true }, "sha256_password") == "secret\0")
show(auth.answer(login {}, "sha256_password") == "\1")
show(#auth.answer(login {}, "mysql_old_password"))
for _, plugin in ipairs { "mysql_native_password", "caching_sha2_password", "mysql_old_password" } do
    show(#auth.answer(login { password = "" }, plugin))
end
show(auth.answer(login {}, "dialog"))
--- response_body
b32bb3a583e1340c0a1108d58b1be49781ad8c2f
746ebe205d56a0707acb3e796e834e0dd7b1d61743b26bd5202c7a623230c7c9
true
true
true
9
0
0
0
nil unknown plugin: dialog



=== caching_sha2_password: known to the server's cache
--- lua
local user = login {}
show(auth.continue(user, "caching_sha2_password", "\1\3", 1, 2), #user.sent)
--- response_body
true 0



=== caching_sha2_password: in clear where nobody listens
--- lua
local user = login { secure = true }
show(auth.continue(user, "caching_sha2_password", "\1\4", 1, 2), user.sent[1] == "secret\0")
--- response_body
true true



=== passwords travel encrypted elsewhere
--- lua
local rsa = require "resty.rsa"
local public, private = rsa:generate_rsa_keys(1024, true)
local decrypter = rsa:new { private_key = private, padding = rsa.PADDING.RSA_PKCS1_OAEP_PADDING }
for _, plugin in ipairs { "caching_sha2_password", "sha256_password" } do
    local user = login {}
    if plugin == "caching_sha2_password" then
        show(auth.continue(user, plugin, "\1\4", 1, 2), user.sent[1] == "\2")
    end
    local packet = "\1" .. public
    show(auth.continue(user, plugin, packet, 1, #packet))
    local masked = decrypter:decrypt(user.sent[#user.sent])
    local password = {}
    for i = 1, #masked do
        password[i] = string.char(bit.bxor(masked:byte(i), user.scramble:byte(i)))
    end
    show(table.concat(password) == "secret\0")
end
show((auth.continue(login {}, "sha256_password", "\1what?", 1, 6)))
show(auth.continue(login {}, "mysql_native_password", "\1x", 1, 2))
show(auth.continue(login {}, "sha256_password", "\1", 1, 1))
--- response_body
true true
true
true
true
true
nil
nil malformed packet
nil malformed packet
