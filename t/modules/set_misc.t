# The set-misc module's directives.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== SQL literals escape what ends them
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_quote_sql_str $mysql $in;
        set_quote_pgsql_str $pgsql $in;
        echo "$mysql $pgsql";
    }
--- request eval
["GET /t?in=a'b%22c%5Cd%24%00%08%0A%0D%09%1A.", "GET /t?in=h%C3%A9", "GET /t?in=%C3x%C3%A9", "GET /t"]
--- response_body eval
["'a\\'b\\\"c\\\\d\\\$\\0\\b\\n\\r\\t\\Z.' E'a\\'b\\\"c\\\\d\\\$\\0\\b\\n\\r\\t\\Z.'\n",
"'h\xc3\xa9' E'h\xc3\xa9'\n",
"'\xc3x\xc3\xa9' E'\\\\303x\\\\303\\\\251'\n",
"'' ''\n"]



=== overlong forms, surrogates and cut sequences are no UTF-8
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_quote_pgsql_str $in;
        echo $in;
    }
--- request eval
["GET /t?in=%C0%80", "GET /t?in=%ED%A0%80", "GET /t?in=%E4%BD", "GET /t?in=%F4%90%80%80", "GET /t?in=%F0%9F%98%80"]
--- response_body eval
["E'\\\\300\\\\200'\n", "E'\\\\355\\\\240\\\\200'\n", "E'\\\\344\\\\275'\n", "E'\\\\364\\\\220\\\\200\\\\200'\n", "E'\xf0\x9f\x98\x80'\n"]



=== JSON strings
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_quote_json_str $in;
        echo $in;
    }
--- request eval
["GET /t?in=a%22b%5Cc/%0A%0D%09%08%0C%01%1F%7F", "GET /t"]
--- response_body eval
["\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\"\n", "null\n"]



=== URI components, in place and into another variable
--- config
    location = /t {
        set $in "hello world+/=?:@&,;#%~|`!'()*-._{}^[]<>";
        set_escape_uri $out $in;
        set_unescape_uri $back $out;
        echo $out;
        echo $back;
        set_escape_uri $in;
        echo $in;
    }
--- request
GET /t
--- response_body
hello%20world%2B%2F%3D%3F%3A@%26,%3B%23%25~|`!'()*-._%7B%7D%5E%5B%5D%3C%3E
hello world+/=?:@&,;#%~|`!'()*-._{}^[]<>
hello%20world%2B%2F%3D%3F%3A@%26,%3B%23%25~|`!'()*-._%7B%7D%5E%5B%5D%3C%3E



=== broken percent-encoding loses what is broken
--- config
    location = /t {
        set_unescape_uri $out $arg_in;
        echo "[$out]";
    }
--- request eval
["GET /t?in=a+b%20c", "GET /t?in=%zz", "GET /t?in=%4g1", "GET /t?in=x%", "GET /t?in=x%4", "GET /t?in=%%41"]
--- response_body eval
["[a b c]\n", "[zz]\n", "[1]\n", "[x]\n", "[x]\n", "[%41]\n"]



=== base32
--- config
    set_base32_alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZ234567;
    location = /default {
        set_base32_alphabet 0123456789abcdefghijklmnopqrstuv;
        set_encode_base32 $out $arg_in;
        set_decode_base32 $back $out;
        echo "$out $back";
    }
    location = /rfc {
        set_base32_padding off;
        set_encode_base32 $out $arg_in;
        set_decode_base32 $back $out;
        echo "$out $back";
    }
    location = /decode {
        set_misc_base32_padding off;
        set_decode_base32 $out $arg_in;
        echo "[$out]";
    }
--- request eval
["GET /default?in=abcde", "GET /default?in=a", "GET /default", "GET /rfc?in=a", "GET /rfc?in=abcdef",
"GET /decode?in=ME======", "GET /decode?in=ME", "GET /decode?in=me", "GET /decode?in=MEM"]
--- response_body eval
["c5h66p35 abcde\n", "c4====== a\n", " \n", "ME a\n", "MFRGGZDFMY abcdef\n",
"[a]\n", "[a]\n", "[]\n", "[]\n"]



=== an alphabet of the wrong size is refused
--- config
    location = /t {
        set_base32_alphabet 0123456789abcdefghijklmnopqrstu;
        echo x;
    }
--- must_die
--- error_log
"set_base32_alphabet" directive takes an alphabet of 31 bytes but 32 expected



=== base64 and hex
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_encode_base64 $a $in;
        set_encode_base64url $b $in;
        set_encode_hex $c $in;
        set_decode_base64 $x $a;
        set_decode_base64url $y $b;
        set_decode_hex $z $c;
        set_encode_hex $x;
        set_encode_hex $y;
        set_encode_hex $z;
        echo "$a $b $c $x $y $z";
    }
    location = /upper {
        set_decode_hex $x 4A4b;
        echo $x;
    }
--- request eval
["GET /t?in=%FB%FF%00", "GET /t?in=a", "GET /t", "GET /upper"]
--- response_body eval
["+/8A -_8A fbff00 fbff00 fbff00 fbff00\n", "YQ== YQ 61 61 61 61\n", "     \n", "JK\n"]



=== decoding rubbish ends the request
--- config
    location = /base64 {
        set_decode_base64 $x $arg_in;
        echo "[$x]";
    }
    location = /base64url {
        set_decode_base64url $x $arg_in;
        echo "[$x]";
    }
    location = /hex {
        set_decode_hex $x $arg_in;
        echo "[$x]";
    }
--- request eval
["GET /base64?in=a*b", "GET /base64url?in=a*b", "GET /hex?in=6", "GET /hex?in=6g"]
--- error_code eval
[500, 500, 500, 500]
--- error_log eval
qr/set_decode_(?:base64|base64url|hex): invalid value/



=== digests
--- config
    location = /t {
        set_md5 $md5 $arg_in;
        set_sha1 $sha1 $arg_in;
        set_hmac_sha1 $h1 key $arg_in;
        set_hmac_sha256 $h256 key $arg_in;
        set_encode_hex $h1;
        set_encode_hex $h256;
        echo "$md5 $sha1";
        echo "$h1 $h256";
    }
--- request eval
["GET /t?in=hello", "GET /t"]
--- response_body eval
use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(sha1_hex hmac_sha1_hex hmac_sha256_hex);
[map { md5_hex($_) . " " . sha1_hex($_) . "\n" . hmac_sha1_hex($_, "key") . " " . hmac_sha256_hex($_, "key") . "\n" } "hello", ""]



=== set_if_empty keeps what there is
--- config
    location = /t {
        set $y "";
        set_if_empty $y "default $arg_x";
        set_if_empty $arg_x other;
        echo "$y, $arg_x";
    }
--- request eval
["GET /t?x=given", "GET /t"]
--- response_body eval
["default given, given\n", "default , other\n"]



=== random numbers lie between the bounds
--- config
    location = /t {
        set_random $x $arg_from $arg_to;
        echo $x;
    }
--- request eval
["GET /t?from=5&to=7", "GET /t?from=7&to=5", "GET /t?from=3&to=3"]
--- response_body_like eval
['^[567]$', '^[567]$', '^3$']



=== bounds that are no numbers end the request
--- config
    location = /t {
        set_random $x $arg_from $arg_to;
        echo $x;
    }
--- request eval
["GET /t?from=a&to=7", "GET /t?from=-1&to=5", "GET /t?from=3&to="]
--- error_code eval
[500, 500, 500]
--- error_log eval
qr/set_random: bad "(?:from" argument: (?:a|-1)|to" argument: ),/



=== random strings have the length asked for
--- config
    location = /t {
        set_secure_random_alphanum $a $arg_n;
        set_secure_random_lcalpha $b $arg_n;
        echo "$a $b";
    }
--- request eval
["GET /t?n=1", "GET /t?n=64"]
--- response_body_like eval
['^[A-Za-z0-9] [a-z]$', '^[A-Za-z0-9]{64} [a-z]{64}$']



=== a length out of range ends the request
--- config
    location = /t {
        set_secure_random_lcalpha $b $arg_n;
        echo $b;
    }
--- request eval
["GET /t?n=0", "GET /t?n=65", "GET /t?n=x"]
--- error_code eval
[500, 500, 500]
--- error_log eval
qr/set_random: bad "length" argument: (?:0|65|x)/



=== set_rotate counts within its bounds
--- config
    location = /t {
        set $x $arg_x;
        set_rotate $x 3 1;
        echo $x;
    }
--- request eval
["GET /t?x=1", "GET /t?x=3", "GET /t?x=0", "GET /t?x=77", "GET /t", "GET /t", "GET /t"]
--- response_body eval
["2\n", "1\n", "1\n", "1\n", "2\n", "3\n", "1\n"]
--- no_error_log
[error]



=== set_rotate goes on from its own last value when it gets rubbish
--- config
    location = /t {
        set $x rubbish;
        set_rotate $x 5 9;
        set $y "";
        set_rotate $y 5 9;
        echo "$x $y";
    }
--- request
GET /t
--- response_body_like
^(?:5 6|7 8)$
--- error_log
set_rotate: bad current value: "rubbish"



=== dates and times
--- config
    location = /t {
        set_local_today $today;
        set_formatted_gmt_time $gmt "%Y-%m-%d";
        set_formatted_local_time $local "%Y-%m-%d";
        set $empty "";
        set_formatted_gmt_time $empty $empty;
        echo "$today $gmt $local [$empty]";
    }
--- request
GET /t
--- response_body_like
^(\d{4}-\d\d-\d\d) \d{4}-\d\d-\d\d \1 \[\]$



=== a time that is too long ends the request
--- config
    location = /t {
        set_formatted_gmt_time $x $arg_f;
        echo $x;
    }
--- request eval
"GET /t?f=" . "%Y" x 80
--- error_code: 500
