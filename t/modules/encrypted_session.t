# The encrypted-session module's directives.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== the format is the known one
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    encrypted_session_expires 0;
    location = /default {
        set_encrypt_session $s abc;
        set_encode_base32 $s;
        echo $s;
    }
    location = /iv {
        encrypted_session_iv 12345678;
        set_encrypt_session $s abc;
        set_encode_base32 $s;
        echo $s;
    }
--- request eval
["GET /default", "GET /iv"]
--- response_body eval
["ktrp3n437q42laejppc9d4bg0jpv0ejie106ooo65od9lf5huhs0====\n", "ktrp3n437q42laejppc9d4bg0hul4pmqhc8tn2laae40aakqfoh0====\n"]



=== there and back, in place, with any bytes, empty, and long
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        set_unescape_uri $v $arg_v;
        set_encrypt_session $v;
        set_decrypt_session $v;
        set_encode_hex $v;
        echo "[$v]";
    }
--- request eval
["GET /t?v=a%00%FF", "GET /t", "GET /t?v=" . "x" x 1000]
--- response_body eval
["[6100ff]\n", "[]\n", "[" . "78" x 1000 . "]\n"]



=== a value that was changed, cut, or made with another key is empty
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        set_decode_base32 $v $arg_v;
        set_decrypt_session $v;
        echo "[$v]";
    }
    location = /other {
        encrypted_session_key "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456";
        set_decode_base32 $v $arg_v;
        set_decrypt_session $v;
        echo "[$v]";
    }
--- request eval
my $good = "ktrp3n437q42laejppc9d4bg0jpv0ejie106ooo65od9lf5huhs0";
["GET /t?v=$good", "GET /t?v=l" . substr($good, 1), "GET /t?v=" . substr($good, 0, -3) . "000", "GET /t?v=" . substr($good, 0, 26),
"GET /t?v=" . substr($good, 0, 24), "GET /t?v=", "GET /other?v=$good"]
--- response_body eval
["[abc]\n", ("[]\n") x 6]
--- no_error_log
[error]



=== a session that has expired
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    encrypted_session_expires 1;
    location = /t {
        set_encrypt_session $v abc;
        content_by_lua_block {
            local sealed = ngx.var.v
            ngx.say(ndk.set_var.set_decrypt_session(sealed))
            local deadline = ngx.now() + 5
            repeat
                ngx.sleep(0.1)
            until ndk.set_var.set_decrypt_session(sealed) == "" or ngx.now() > deadline
            ngx.say("[", ndk.set_var.set_decrypt_session(sealed), "]")
        }
    }
--- request
GET /t
--- response_body
abc
[]



=== the time to live is that of the if block in force
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        encrypted_session_expires 1h;
        if ($arg_never) {
            encrypted_session_expires 0;
        }
        set_encrypt_session $v abc;
        set_encode_base32 $v;
        if ($v = "ktrp3n437q42laejppc9d4bg0jpv0ejie106ooo65od9lf5huhs0====") {
            echo never expires;
        }
        echo expires;
    }
--- request eval
["GET /t?never=1", "GET /t"]
--- response_body eval
["never expires\n", "expires\n"]



=== no key
--- config
    location = /t {
        set_encrypt_session $v abc;
        echo never;
    }
    location = /lua {
        content_by_lua_block {
            ngx.say(pcall(ndk.set_var.set_decrypt_session, "abc"))
        }
    }
--- request eval
["GET /t", "GET /lua"]
--- error_code eval
[500, 200]
--- error_log
encrypted_session: a key is required to be defined by the encrypted_session_key directive



=== array_map_op takes the directives
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        array_split , a,b to=$list;
        array_map_op set_encrypt_session $list;
        array_map_op set_decrypt_session $list;
        array_join + $list;
        echo $list;
    }
--- request
GET /t
--- response_body
a+b



=== a key of another length
--- config
    encrypted_session_key "abc";
--- must_die
--- error_log
encrypted_session_key: the key must be of 32 bytes long



=== a vector that is too long
--- config
    encrypted_session_iv "12345678123456789";
--- must_die
--- error_log
encrypted_session_iv: the init vector must NOT be longer than 16 bytes



=== a setting given twice
--- config
    encrypted_session_iv "1";
    encrypted_session_iv "2";
--- must_die
--- error_log
"encrypted_session_iv" directive is duplicate



=== a time that is none
--- config
    encrypted_session_expires soon;
--- must_die
--- error_log
"encrypted_session_expires" directive invalid value
