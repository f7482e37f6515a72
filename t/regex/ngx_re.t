# Module ngx.re: split and opt.
use Test::Nginx::Socket::Lua 'no_plan';

our $Split = <<'_EOC_';
    init_by_lua_block {
        local split = require "ngx.re".split

        function show(...)
            local res, err = split(...)
            if not res then
                return ngx.say("error: ", err)
            end
            ngx.say(#res, " ", table.concat(res, "|"))
        end
    }
_EOC_

add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(http_config => $Split) if !defined $block->http_config;
    $block->set_value(request => 'GET /t');
    $block->set_value(no_error_log => '[error]') if !defined $block->no_error_log;
});

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== pieces between the matches, empty ones at the end left out
--- config
    location = /t {
        content_by_lua_block {
            show("a,b,c", ",")
            show(",a,,b,,", ",")
            show("a, b;c", "[,;] *", "jo")
            show("abc", ",")
            show(",,,", ",")
            show("", ",")
            show(102030, "0")
        }
    }
--- response_body
3 a|b|c
4 |a||b
3 a|b|c
1 abc
0 
0 
3 1|2|3



=== the first group is put between the pieces, if it took part
--- config
    location = /t {
        content_by_lua_block {
            show("a1b2c", [[(\d)]])
            show("a1b2c", [[(1)|(\d)]])
            show("a,,", "(,)")
        }
    }
--- response_body
5 a|1|b|2|c
4 a|1|b|c
4 a|,||,



=== a maximum leaves the rest in the last piece, and empty pieces at the end
--- config
    location = /t {
        content_by_lua_block {
            for max = -1, 7 do
                show("a,b,cd,,,", ",", nil, nil, max)
            end
            show("a,b,c,d", "(,)", nil, nil, 3)
        }
    }
--- response_body
3 a|b|cd
3 a|b|cd
1 a,b,cd,,,
2 a|b,cd,,,
3 a|b|cd,,,
4 a|b|cd|,,
5 a|b|cd||,
6 a|b|cd|||
6 a|b|cd|||
5 a|,|b|,|c,d



=== empty matches split between bytes
--- config
    location = /t {
        content_by_lua_block {
            show("1234", "")
            show("1234", "", "jo", nil, 3)
            show("abc", "|")
            show("abc", "()")
            show("aXbXc", "(?=X)")
            show("XaXb", "(?=X)")
            show("axxb", "x*")
        }
    }
--- response_body
4 1|2|3|4
3 1|2|34
3 a|b|c
5 a||b||c
3 a|Xb|Xc
2 Xa|Xb
2 a|b



=== line starts
--- config
    location = /t {
        content_by_lua_block {
            local split = require "ngx.re".split
            local function lines(...)
                ngx.say((table.concat(split(...), ":"):gsub("\n", "\\n")))
            end

            lines("ab\ncd\nef", "^")
            lines("ab\ncd\nef", "^", "m")
            lines("ab\ncd\nef", "^()", "m")
            lines("ab\n1cd\n2ef", [[^(\d)]], "m")
            lines("ab\ncd\nef", "^", "m", nil, 2)
        }
    }
--- response_body
ab\ncd\nef
ab\n:cd\n:ef
ab\n::cd\n::ef
ab\n:1:cd\n:2:ef
ab\n:cd\nef



=== ctx.pos is where splitting starts
--- config
    location = /t {
        content_by_lua_block {
            show("a,b,c", ",", nil, { pos = 3 })
            show("a,b,c", ",", nil, { pos = 0 })
            show("12345", "", nil, { pos = 2 }, 2)
            show("a,b", ",", nil, { pos = 4 })
            show("a,b", ",", nil, { pos = 40 })
            show("a,b", ",", nil, { pos = 4 }, 5)
        }
    }
--- response_body
2 b|c
3 a|b|c
2 2|345
0 
0 
0 



=== a table for the result gets one nil behind the last piece
--- config
    location = /t {
        content_by_lua_block {
            local split = require "ngx.re".split
            local res = { 1, 2, 3, 4, 5 }
            ngx.say(split("a,b", ",", nil, nil, nil, res) == res)
            ngx.say(res[1], res[2], " ", res[3], " ", res[4], res[5])
            res = { 1, 2 }
            split("", ",", nil, nil, nil, res)
            ngx.say(res[1], " ", res[2])
            ngx.say(pcall(split, "a", ",", nil, nil, nil, 5))
        }
    }
--- response_body
true
ab nil 45
nil 2
falseres is not a table



=== errors of the pattern and of the match
--- config
    location = /t {
        content_by_lua_block {
            show("abc", "(")
            show("a\xe4b", ",", "u")
        }
    }
--- response_body
error: pcre2_compile() failed: missing closing parenthesis in "("
error: pcre_exec() failed: -3



=== a JIT stack that is too small, and a larger one
--- http_config
    init_by_lua_block {
        function deep()
            local m, err = ngx.re.match(("a"):rep(5000) .. "c", "((a)|b)*c", "j")
            return m and #m[0] or err
        end

        before = deep()
        require "ngx.re".opt("jit_stack_size", 1024 * 1024)
    }
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(before, ", ", deep())
        }
    }
--- response_body
pcre_exec() failed: -46, 5001



=== the JIT stack stays as it is once a pattern is cached
--- config
    location = /t {
        content_by_lua_block {
            local opt = require "ngx.re".opt
            ngx.re.match("a", "a", "jo")
            ngx.say(select(2, pcall(opt, "jit_stack_size", 131072)))
            ngx.say(select(2, pcall(opt, "size", 1)))
        }
    }
--- response_body
changing jit stack size is not allowed when some regexs have already been compiled and cached
unrecognized option name



=== without PCRE the module cannot be loaded
--- config
    location = /t {
        content_by_lua_block {
            package.loaded["ngx.re"] = nil
            require "resty.core.regex".no_pcre = true
            ngx.say(select(2, pcall(require, "ngx.re")))
            require "resty.core.regex".no_pcre = false
        }
    }
--- response_body
no support for 'ngx.re' module: OpenResty was compiled without PCRE support
