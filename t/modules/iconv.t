# The iconv module: set_iconv and the output filter.
# build: ngx_iconv
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);
run_tests();

__DATA__

=== a value, there and back
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_iconv $gbk $in from=utf-8 to=gbk;
        set_iconv $back $gbk to=UTF8 from=GBK;
        set_encode_hex $gbk;
        echo "$gbk $back";
    }
--- request eval
["GET /t?in=abc", "GET /t?in=%E4%BD%A0%E5%A5%BD", "GET /t"]
--- response_body eval
["616263 abc\n", "c4e3bac3 \xe4\xbd\xa0\xe5\xa5\xbd\n", " \n"]



=== what cannot be converted
--- config
    location = /t {
        set_unescape_uri $in $arg_in;
        set_iconv $out $in from=utf-8 to=iso-8859-1;
        set_encode_hex $out;
        echo "$out";
    }
--- request eval
["GET /t?in=a%CE%A9b", "GET /t?in=%FFx%C3%A9"]
--- response_body eval
["613f3f62\n", "3f78e9\n"]
--- log_level: notice
--- error_log
iconv sees invalid character sequence (EILSEQ)



=== a character that is cut off at the end of a value
--- config
    location = /t {
        set_decode_hex $in 61c3;
        set_iconv $out $in from=utf-8 to=iso-8859-1;
        echo "$out";
    }
--- request
GET /t
--- response_body
a
--- log_level: notice
--- no_error_log
iconv sees



=== a long value
--- config
    location = /t {
        content_by_lua_block { ngx.exec("/long?" .. ("%C3%A9"):rep(3000)) }
    }
    location = /long {
        set_unescape_uri $in $args;
        set_iconv $in $in from=utf-8 to=latin1;
        set_md5 $in;
        set_by_lua_block $want { return ngx.md5(("\233"):rep(3000)) }
        if ($in = $want) { echo same; }
        echo different;
    }
--- request
GET /t
--- response_body
same



=== a set that nobody knows
--- config
    location = /t {
        set_iconv $in abc from=utf-8 to=klingon;
        echo never;
    }
--- request
GET /t
--- error_code: 500
--- error_log
convert error from ngx_http_do_iconv



=== a response, with buffers of any size
--- config eval
CORE::join "", map qq{
    location = /$_ {
        iconv_filter from=gbk to=utf-8;
        iconv_buffer_size $_;
        content_by_lua_block { ngx.print(("\\196\\227\\186\\195."):rep(500), "end") }
    }
}, qw(2 3 10 1m)
--- request eval
["GET /2", "GET /3", "GET /10", "GET /1m"]
--- response_body eval
[(("\xe4\xbd\xa0\xe5\xa5\xbd." x 500) . "end") x 4]



=== characters that are cut by the pieces of a response, one byte each
--- config
    location = /t {
        iconv_filter from=utf-8 to=utf-16le;
        content_by_lua_block {
            for byte in ("a\228\189\160\240\159\152\128b\195"):gmatch(".") do
                ngx.print(byte)
                ngx.flush(true)
            end
        }
    }
--- request
GET /t
--- response_body eval
"a\x00\x60\x4f\x3d\xd8\x00\xdeb\x00"



=== bytes that are wrong in a response
--- config
    location = /t {
        iconv_filter from=utf-8 to=gbk;
        content_by_lua_block { ngx.print("a\255b\195"); ngx.flush(true); ngx.print("c") }
    }
--- request
GET /t
--- response_body chop
a?b?c
--- log_level: notice
--- error_log
iconv sees invalid character sequence (EILSEQ)



=== files, proxied responses, subrequests
--- config
    location /f.txt {
        iconv_filter from=latin1 to=utf-8;
    }
    location = /proxy {
        iconv_filter from=utf-8 to=latin1;
        proxy_pass http://127.0.0.1:$server_port/f.txt;
    }
    location = /sub {
        iconv_filter from=latin1 to=utf-8;
        content_by_lua_block {
            ngx.print(ngx.location.capture("/raw.txt").body)
        }
    }
    location = /echo {
        echo_location /f.txt;
        echo_location /f.txt;
    }
--- user_files eval
">>> f.txt\n\xe9\n>>> raw.txt\n\xe9\n"
--- request eval
["GET /f.txt", "GET /proxy", "GET /sub", "GET /echo"]
--- response_body eval
["\xc3\xa9\n", "\xe9\n", "\xc3\xa9\n", "\xc3\xa9\n\xc3\xa9\n"]



=== HTTP/1.0 and HEAD
--- config
    location = /t {
        iconv_filter from=latin1 to=utf-8;
        echo abc;
    }
--- raw_request eval
["GET /t HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"]
--- raw_response_headers_like: Connection: close
--- response_body
abc



=== a buffer that is too small
--- config
    location = /t { iconv_buffer_size 1; }
--- must_die
--- error_log
iconv_buffer_size must not less than 2 bytes



=== something else than from and to
--- config
    location = /t { iconv_filter from=utf-8 into=gbk; }
--- must_die
--- error_log
invalid parameter "into=gbk"
