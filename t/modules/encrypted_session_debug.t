# The encrypted-session module's lines in the debug log.
# build: debug
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== the time to live, and a session that has expired
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        encrypted_session_expires 3d;
        set_encrypt_session $v abc;
        set_decode_base32 $old "ktrp3n437q42laejppc9d4bg0jpv0ejie106ooo65od9lf5huhs0";
        set_decrypt_session $old;
        echo $old;
    }
--- request
GET /t
--- response_body
abc
--- error_log
encrypted_session: expires=259200



=== why a value is not taken
--- config
    encrypted_session_key "abcdefghijklmnopqrstuvwxyz123456";
    location = /t {
        set_decode_base32 $v $arg_v;
        set_decrypt_session $v;
        echo "[$v]";
    }
--- request eval
["GET /t?v=abc", "GET /t?v=0trp3n437q42laejppc9d4bg0jpv0ejie106ooo65od9lf5huhs0"]
--- response_body eval
["[]\n", "[]\n"]
--- error_log
failed to decrypt session:
