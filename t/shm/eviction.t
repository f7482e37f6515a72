# Shared dictionaries: what happens when memory is short. The numbers are those of 4 KiB pages and
# chunks of powers of two.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', <<'_EOC_');
    lua_shared_dict tiny 16k;
    lua_shared_dict small 100k;
    lua_shared_dict pages 25k;
    init_worker_by_lua_block {
        function fresh(name)
            local d = ngx.shared[name]
            d:flush_all()
            d:flush_expired()
            return d
        end
    }
_EOC_
    $block->set_value('request', 'GET /t');
    $block->set_value('no_error_log', "[error]\n[alert]\n[crit]\nngx_slab_alloc");
});

run_tests();

__DATA__

=== the oldest value gives way
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("small")
            local value = string.rep("v", 66)
            local i, forcible = 0, nil
            repeat
                i = i + 1
                forcible = select(3, d:set("key" .. i, value))
            until forcible or i > 1000
            ngx.say(i > 300 and i < 1000)
            ngx.say(d:get("key1"), " ", d:get("key2") == value, " ", d:get("key" .. i) == value)
        }
    }
--- response_body
true
nil true true



=== a read makes a value new
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("small")
            local value = string.rep("v", 66)
            local i, forcible = 0, nil
            repeat
                i = i + 1
                if i == 20 then
                    d:get("key1")
                    d:get_stale("key2")
                end
                forcible = select(3, d:set("key" .. i, value))
            until forcible or i > 1000
            ngx.say(d:get("key1") == value, " ", d:get("key2") == value, " ", d:get("key3"))
        }
    }
--- response_body
true true nil



=== safe methods take nothing from others
--- config
    location = /t {
        content_by_lua_block {
            for _, name in ipairs { "safe_set", "safe_add" } do
                local d = fresh("small")
                local value = string.rep("v", 66)
                local i = 0
                local ok, err, forcible
                repeat
                    i = i + 1
                    ok, err, forcible = d[name](d, "key" .. i, value)
                until not ok or i > 1000
                ngx.say(ok, " ", err, " ", forcible, " ", d:get("key1") == value, " ", d:get("key" .. i))
            end
        }
    }
--- response_body
false no memory false true nil
false no memory false true nil



=== a value too large for the dictionary
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("tiny")
            local large = string.rep("x", 100000)
            ngx.say(d:set("large", large))
            d:set("other", 1)
            ngx.say(d:safe_set("large", large))
            ngx.say(d:get("other"))
            ngx.say(d:set("large", large))
            ngx.say(d:get("other"))
        }
    }
--- response_body
falseno memoryfalse
falseno memoryfalse
1
falseno memorytrue
nil



=== expired values make room without force
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("tiny")
            for i = 1, 60 do
                d:set("old" .. i, i, 0.001)
            end
            ngx.sleep(0.01)
            local forced = 0
            for i = 1, 60 do
                forced = forced + (select(3, d:set("new" .. i, i)) and 1 or 0)
            end
            ngx.say(forced, " ", #d:get_keys(0))
        }
    }
--- response_body
0 60



=== capacity and free_space
--- config
    location = /t {
        content_by_lua_block {
            local tiny, small = fresh("tiny"), fresh("small")
            ngx.say(tiny:capacity(), " ", tiny:free_space())
            ngx.say(small:capacity(), " ", small:free_space())
            for i = 1, 31 do
                tiny:set("key000" .. i, "val000" .. i)
            end
            ngx.say(tiny:free_space())
            tiny:set("key00032", "val00032")
            ngx.say(tiny:free_space())
        }
    }
--- response_body
16384 4096
102400 90112
4096
0



=== freed neighbouring pages join
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("pages")
            for _, key in ipairs { "a", "b", "c" } do
                assert(d:safe_set(key, string.rep(key, 4000)))
            end
            ngx.say((d:safe_set("large", string.rep("l", 12000))))
            d:delete("a")
            d:delete("c")
            ngx.say((d:safe_set("large", string.rep("l", 8100))))
            d:delete("b")
            ngx.say((d:safe_set("large", string.rep("l", 12000))))
            ngx.say(#d:get("large"))
        }
    }
--- response_body
false
false
true
12000



=== pages of small values join when all of them are gone
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("pages")
            for i = 1, 90 do
                assert(d:safe_set("k" .. i, i))
            end
            ngx.say((d:safe_set("large", string.rep("l", 8100))))
            for i = 1, 90 do
                d:delete("k" .. i)
            end
            ngx.say((d:safe_set("large", string.rep("l", 8100))))
        }
    }
--- response_body
false
true
