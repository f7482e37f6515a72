# ndk.set_var: other modules' directives called from Lua; set_by_lua, which is such a directive itself.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== directives of one argument can be called
--- config
    location = /t {
        content_by_lua_block {
            local set = ndk.set_var
            ngx.say(set.set_md5("hello"))
            ngx.say(set.set_quote_sql_str("it's"))
            ngx.say(set.set_encode_base32("abcde"), " ", set.set_decode_base32("c5h66p35"))
            ngx.say(set.set_escape_uri("a b"), " ", set.set_unescape_uri("a%20b"))
            ngx.say(set.set_quote_json_str(""), " [", set.set_encode_hex(""), "]")
            ngx.say(set.set_encode_hex(12))
            ngx.say(require "ndk" == ndk)
        }
    }
--- request
GET /t
--- response_body
5d41402abc4b2a76b9719d911017c592
'it\'s'
c5h66p35 abcde
a%20b a b
null []
3132
true
--- no_error_log
[error]



=== a hot call is compiled and stays right
--- config
    location = /t {
        content_by_lua_block {
            local set = ndk.set_var
            local last
            for i = 1, 2000 do
                last = set.set_encode_hex("x" .. i % 10)
            end
            ngx.say(last)
        }
    }
--- request
GET /t
--- response_body
7830
--- no_error_log
[error]



=== directives of another kind cannot be called
--- config
    location = /t {
        content_by_lua_block {
            for _, name in ipairs({ "set_random", "set_if_empty", "set", "no_such_thing" }) do
                local ok, err = pcall(function() return ndk.set_var[name]("x") end)
                ngx.say(err)
            end
        }
    }
--- request
GET /t
--- response_body_like
^.*ndk\.set_var: directive "set_random" not found or does not use ndk_set_var_value
.*ndk\.set_var: directive "set_if_empty" not found or does not use ndk_set_var_value
.*ndk\.set_var: directive "set" not found or does not use ndk_set_var_value
.*ndk\.set_var: directive "no_such_thing" not found or does not use ndk_set_var_value$



=== a filter that fails is an error
--- config
    location = /t {
        content_by_lua_block {
            local ok, err = pcall(ndk.set_var.set_decode_hex, "xyz")
            ngx.say(err)
        }
    }
--- request
GET /t
--- response_body_like: calling directive set_decode_hex failed with code -1
--- error_log
set_decode_hex: invalid value



=== the table is not to be assigned
--- config
    location = /t {
        content_by_lua_block {
            local ok, err = pcall(function() ndk.set_var.set_md5 = 1 end)
            ngx.say(err)
        }
    }
--- request
GET /t
--- response_body_like: not allowed



=== filters run in the phases around the content, too
--- config
    location = /t {
        rewrite_by_lua_block { ngx.ctx.rewrite = ndk.set_var.set_encode_hex("r") }
        content_by_lua_block { ngx.say(ngx.ctx.rewrite) }
        header_filter_by_lua_block { ngx.header["X-Hex"] = ndk.set_var.set_encode_hex("h") }
        log_by_lua_block { ngx.log(ngx.WARN, "log: ", ndk.set_var.set_encode_hex("l")) }
    }
--- request
GET /t
--- response_headers
X-Hex: 68
--- response_body
72
--- error_log
log: 6c



=== handlers without a request can call them, too
--- http_config
    init_worker_by_lua_block {
        local set = ndk.set_var
        ngx.log(ngx.WARN, "digest: ", set.set_md5("x"), " text: ", set.set_decode_base32("c5h66p35"))
        local ok, err = pcall(set.set_decode_hex, "x")
        ngx.log(ngx.WARN, "failed: ", err)
    }
--- config
    location = /t { return 204; }
--- request
GET /t
--- error_code: 204
--- no_error_log
[alert]
--- grep_error_log eval: qr/digest: \w+ text: \w+|failed: .*?calling directive \w+ failed with code -?\d+|set_decode_hex: invalid value/
--- grep_error_log_out eval
my $lines = qr/digest: 9dd4e461268c8034f5c8564e155c67a6 text: abcde
set_decode_hex: invalid value
failed: .*calling directive set_decode_hex failed with code -1
/;
[$lines, ""]



=== set_by_lua takes more arguments than nginx's stack holds
--- config
    location = /t {
        set $x end;
        set_by_lua $res "return ngx.arg[1] .. ngx.arg[2] .. ngx.arg[11] .. ngx.arg[12]"
            a b$arg_b c d e f g h i j k $x;
        set_by_lua $in_if "return 'outside'";
        if ($arg_b) {
            set_by_lua $in_if "return ngx.arg[1] .. ngx.arg[13] .. ngx.arg[14]" 1 2 3 4 5 6 7 8 9 10 11 12 13 $x;
        }
        set $after "$res|$in_if";
        echo $after;
    }
--- request eval
["GET /t", "GET /t?b=B"]
--- response_body eval
["abkend|outside\n", "abBkend|113end\n"]
--- no_error_log
[error]
