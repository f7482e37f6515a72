# Shared dictionaries: counters.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', 'lua_shared_dict counters 128k;');
    $block->set_value('request', 'GET /t');
    $block->set_value('no_error_log', "[error]\n[alert]\n[crit]");
});

run_tests();

__DATA__

=== a number goes up and down
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            d:set("n", 32, 0, 9)
            ngx.say(d:incr("n", 10))
            ngx.say(d:incr("n", -0.5))
            ngx.say(d:incr("n", "3"))
            ngx.say(d:get("n"))
            ngx.say(select("#", d:incr("n", 1)))
        }
    }
--- response_body
42
41.5
44.5
44.59
1



=== only numbers can be counted
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            d:flush_all()
            ngx.say(d:incr("none", 1))
            for _, v in ipairs { "5", true } do
                d:set("k", v)
                ngx.say(d:incr("k", 1))
                ngx.say(d:incr("k", 1, 0))
            end
            d:delete("list")
            d:lpush("list", 1)
            ngx.say(d:incr("list", 1))
        }
    }
--- response_body
nilnot found
nilnot a number
nilnot a number
nilnot a number
nilnot a number
nilnot a number



=== init makes the counter
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            d:delete("n")
            local function show(...) ngx.say(tostring((...)), " ", tostring((select(2, ...))), " ",
                                             tostring((select(3, ...))), " ", select("#", ...)) end
            show(d:incr("n", 1, 10))
            show(d:incr("n", 1, 10))
            show(d:incr("n", 1))
            ngx.say(select("#", d:get("n")))
            d:delete("n")
            show(d:incr("n", 1, "5"))
        }
    }
--- response_body
11 nil false 3
12 nil false 3
13 nil nil 1
1
6 nil false 3



=== init_ttl counts only for a new counter
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            d:set("old", 1)
            d:incr("old", 1, 0, 0.01)
            d:delete("new")
            d:incr("new", 1, 0, 0.01)
            ngx.say(d:get("old"), " ", d:get("new"))
            ngx.sleep(0.03)
            ngx.say(d:get("old"), " ", d:get("new"))
            ngx.say((d:incr("new", 5, 100, "60")), " ", d:ttl("new") > 50)
        }
    }
--- response_body
2 1
2 nil
105 true



=== wrong arguments raise an error at the caller's line
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            for _, args in ipairs { { "k", 1, "x" }, { "k", 1, true }, { "k", 1, 0, "x" }, { "k", 1, 0, -1 } } do
                local _, err = pcall(d.incr, d, unpack(args))
                ngx.say(err)
            end
            local _, err = pcall(d.incr, d, "k", 1, nil, 1)
            ngx.say(err)
            _, err = pcall(d.incr, d, "k", "x")
            ngx.say((err:gsub("^.-: ", "")))
            _, err = pcall(function() d:incr("k", 1, "x") end)
            ngx.say(err)
        }
    }
--- response_body_like
^bad init arg: number expected, got string
bad init arg: number expected, got boolean
bad init_ttl arg: number expected, got string
bad "init_ttl" argument
must provide "init" when providing "init_ttl"
cannot convert 'nil' to 'double'
content_by_lua\(nginx\.conf:\d+\):\d+: bad init arg: number expected, got string$



=== a new counter may make others give way
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.counters
            d:flush_all()
            d:flush_expired()
            local prefix = string.rep("k", 1000)
            local n = 0
            repeat
                n = n + 1
                local ok, err, forcible = d:set(prefix .. n, n)
            until forcible or n > 1000
            d:delete(prefix .. n)
            ngx.say(select(3, d:incr(prefix .. "a", 1, 0)), " ", select(3, d:incr(prefix .. "b", 1, 0)))
            ngx.say(d:get(prefix .. "b"))
            d:flush_all()
            d:flush_expired()
        }
    }
--- response_body
false true
1
