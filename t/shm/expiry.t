# Shared dictionaries: time to live, stale reads, flushing.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', 'lua_shared_dict store 1m;');
    $block->set_value('request', 'GET /t');
    $block->set_value('no_error_log', "[error]\n[alert]\n[crit]");
});

run_tests();

__DATA__

=== an expired value is gone for get, and stale for get_stale
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:flush_all()
            d:flush_expired()
            d:set("soon", 32, 0.01, 3)
            d:set("late", 33, 10)
            ngx.say(d:get("soon"))
            ngx.sleep(0.02)
            ngx.say(d:get("soon"), " ", d:get("late"))
            local v, flags, stale = d:get_stale("soon")
            ngx.say(v, " ", flags, " ", stale)
            v, flags, stale = d:get_stale("late")
            ngx.say(v, " ", flags, " ", stale)
        }
    }
--- response_body
323
nil 33
32 3 true
33 nil false



=== add and replace take an expired value for none
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:flush_all()
            d:set("a", 1, 0.001)
            d:set("b", 1, 0.001)
            ngx.sleep(0.01)
            ngx.say((select(2, d:replace("b", 2))))
            ngx.say((d:add("a", "a new and longer value")))
            ngx.say(d:get("a"))
        }
    }
--- response_body
not found
true
a new and longer value



=== ttl and expire
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:flush_all()
            d:flush_expired()
            ngx.say(d:ttl("k"))
            ngx.say(d:expire("k", 1))
            d:set("k", "v")
            ngx.say(d:ttl("k"))
            ngx.say(d:expire("k", 0.5))
            local ttl = d:ttl("k")
            ngx.say(ttl > 0.4 and ttl <= 0.5)
            d:expire("k", 0.01)
            ngx.sleep(0.02)
            ngx.say(d:get("k"), " ", d:ttl("k") < 0)
            ngx.say(d:expire("k", 0))
            ngx.say(d:get("k"), " ", d:ttl("k"))
            d:set("k", "v", 2 ^ 31)
            ngx.say(d:ttl("k"))
            d:expire("k", 2 ^ 32)
            ngx.say(d:ttl("k"))
        }
    }
--- response_body
nilnot found
nilnot found
0
true
true
nil true
true
v 0
2147483648
4294967296



=== a wrong exptime
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            for _, name in ipairs { "set", "safe_set", "add", "safe_add", "replace" } do
                local ok, err = pcall(d[name], d, "k", 1, -0.001)
                if ok or err ~= 'bad "exptime" argument' then
                    ngx.say(name, ": ", err)
                end
            end
            ngx.say((select(2, pcall(d.expire, d, "k", nil))))
            ngx.say(select(2, pcall(function() d:set("k", 1, -1) end)))
            d:set("k", 1, 0.0004) -- below a millisecond: 0, that is never
            ngx.say(d:ttl("k"))
        }
    }
--- response_body_like
^bad "exptime" argument
content_by_lua\(nginx\.conf:\d+\):\d+: bad "exptime" argument
0$



=== flush_all hides everything, flush_expired frees it
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:flush_all()
            d:flush_expired()
            for i = 1, 100 do
                d:set("k" .. i, i)
            end
            ngx.say(select("#", d:flush_all()))
            ngx.say(d:get("k1"), " ", (d:get_stale("k1")), " ", #d:get_keys())
            ngx.say(d:flush_expired(42), " ", d:flush_expired(), " ", d:flush_expired(0))
            d:set("stays", 1, 100)
            ngx.say(d:flush_expired(), " ", d:get("stays"))
        }
    }
--- response_body
0
nil 1 0
42 58 0
0 1



=== get_keys: unexpired ones, at most 1024 unless told
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:flush_all()
            d:flush_expired()
            ngx.say(#d:get_keys())
            for i = 1, 2000 do
                d:set(string.rep("x", i % 7) .. i, i)
            end
            d:set("gone", 1, 0.001)
            ngx.sleep(0.01)
            ngx.say(#d:get_keys(), " ", #d:get_keys(0), " ", #d:get_keys(5), " ", #d:get_keys(1999))
            local seen = {}
            for _, key in ipairs(d:get_keys(0)) do
                seen[key] = true
            end
            local missing = 0
            for i = 1, 2000 do
                missing = missing + (seen[string.rep("x", i % 7) .. i] and 0 or 1)
            end
            ngx.say(missing, " missing")
            d:flush_all()
            d:flush_expired()
        }
    }
--- response_body
0
1024 2000 5 1999
0 missing



=== numbers of arguments of get_keys and flush_expired
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            ngx.say(select(2, pcall(d.get_keys)))
            ngx.say(select(2, pcall(d.get_keys, d, 1, 2)))
            ngx.say(select(2, pcall(d.flush_expired, d, 1, 2, 3)))
            ngx.say(select(2, pcall(function() d:get_keys("x") end)))
            ngx.say(select(2, pcall(function() d:flush_expired(nil) end)))
        }
    }
--- response_body_like
^expecting 1 or 2 argument\(s\), but saw 0
expecting 1 or 2 argument\(s\), but saw 3
expecting 1 or 2 argument\(s\), but saw 4
content_by_lua\(nginx\.conf:\d+\):\d+: bad argument #1 to 'get_keys' \(number expected, got string\)
content_by_lua\(nginx\.conf:\d+\):\d+: bad argument #1 to 'flush_expired' \(number expected, got nil\)$
