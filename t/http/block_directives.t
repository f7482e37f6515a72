# The bodies of *_by_lua_block directives: where they end, what is refused, what chunks are called.
use Test::Nginx::Socket::Lua 'no_plan';

# A path of its own: where the server root lies must not matter.
my $long_name = $ENV{TEST_NGINX_LONG_NAME} = "/tmp/" . "abcdefghijklmnopqrstuvwxyz" x 2 . "$$.conf";
open my $file, '>', $long_name or die "$long_name: $!";
print $file <<'END';
location = /long {
    content_by_lua_block { ngx.say((debug.getinfo(1, "S").source)) }
}
END
close $file;

repeat_each(2);
run_tests();

END { unlink $long_name }

__DATA__

=== braces in strings, long brackets and comments do not count
--- config
    location = /t {
        content_by_lua_block {
            local t = { "}", '}', "\"}", '\'}', [[}]], [==[}]]}]==] } -- }
            --[[ } ]] --[=[ }
            ]] } ]=]
            --}{
            ---[[ }
            ngx.say(table.concat(t, " "), {"!"})
        }
    }
--- request
GET /t
--- response_body
} } "} '} } }]]}!
--- no_error_log
[error]



=== brackets that are no long brackets
--- config
    location = /t {
        content_by_lua_block {
            local a, b = { "x" }, { 1 }
            ngx.say(a[b[1]], [[ok--]], [=[ [[ ]] ]=])
        }
    }
--- request
GET /t
--- response_body
xok-- [[ ]] 



=== several blocks stand on one line
--- config
    location = /t {
        rewrite_by_lua_block { ngx.ctx.a = [[it's "}]] } content_by_lua_block {ngx.say(ngx.ctx.a, {"{"})}
    }
--- request
GET /t
--- response_body
it's "}{



=== strings may go on in the next line
--- config
    location = /t {
        content_by_lua_block {
            ngx.say("a\
}b\z
                 }c")
        }
    }
--- request
GET /t
--- response_body
a
}b}c



=== long code, long comments and many buffers
--- config eval
"location = /t { content_by_lua_block {
    --" . "}" x 9000 . "
    local n = 0
" . "    n = n + 1 -- not the end: }\n" x 1000 . "
    ngx.say(n)
} }"
--- request
GET /t
--- response_body
1000



=== a string that fills nginx's buffer, and a bracket that fills half of it
--- config eval
"location = /t { content_by_lua_block {
    local a = '" . "}" x 4094 . "'
    local b = [[" . "}" x 2044 . "]]
    ngx.say(#a, ' ', #b)
} }"
--- request
GET /t
--- response_body
4094 2044



=== a string that is too long is refused
--- config eval
"location = /t { content_by_lua_block {
    local a = '" . "x" x 4095 . "'
} }"
--- must_die
--- error_log eval
qr/\[emerg\] .*?too long lua code block, probably missing terminating characters in \S+nginx\.conf:\d+/



=== a long bracket that is too long is refused
--- config eval
"location = /t { content_by_lua_block {
    --[=[" . "x" x 4091 . "]=]
} }"
--- must_die
--- error_log eval
qr/\[emerg\] .*?Lua code block missing the closing long bracket "\]=\]", the inlined Lua code may be too long in \S+nginx\.conf:\d+/



=== a long bracket that does not end is refused
--- config
    location = /t {
        content_by_lua_block {
            ngx.say([[text")
        }
    }
--- must_die
--- error_log
Lua code block missing the closing long bracket "]]", the inlined Lua code may be too long



=== a block that does not end is refused
--- config
    location = /t {
        content_by_lua_block {
            ngx.say({{{{{{{{{{{{ "text")
        }
    }
--- must_die
--- error_log
unexpected end of file, expecting terminating characters for lua code block



=== a broken string is Lua's to report
--- config
    location = /t {
        content_by_lua_block {
            ngx.say("text)
        }
    }
--- request
GET /t
--- error_code: 500
--- error_log eval
qr/failed to load inlined Lua code: content_by_lua\(nginx\.conf:\d+\):2: unfinished string/



=== line numbers count from the opening brace
--- config
    location = /t {
        content_by_lua_block

        { ngx.say((select(2, pcall(error, "one", 1))))
            local ok, err = pcall(function()
                error("three")
            end)
            ngx.say(err)
        }
    }
--- request
GET /t
--- response_body_like
^one
content_by_lua\(nginx\.conf:\d+\):3: three$



=== chunks of included files are named after them
--- config
    include ../html/inc.conf;
    include $TEST_NGINX_LONG_NAME;
--- user_files
>>> inc.conf
location = /inc { content_by_lua_block { ngx.say(debug.getinfo(1, "S").source) } }
--- request eval
["GET /inc", "GET /long"]
--- response_body eval
["=content_by_lua(../html/inc.conf:1)\n", "=content_by_lua(..." . substr($ENV{TEST_NGINX_LONG_NAME}, -38) . ":2)\n"]
