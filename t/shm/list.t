# Shared dictionaries: lists.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', <<'_EOC_');
    lua_shared_dict store 1m;
    lua_shared_dict small 100k;
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
    $block->set_value('no_error_log', "[error]\n[alert]\n[crit]");
});

run_tests();

__DATA__

=== two ends
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            ngx.say(d:rpush("l", "b"), d:rpush("l", 3), d:lpush("l", "a"))
            ngx.say(d:llen("l"))
            local v = d:rpop("l")
            ngx.say(v, " ", type(v))
            ngx.say(d:lpop("l"), " ", d:lpop("l"), " ", d:lpop("l"))
            ngx.say(d:llen("l"), " ", #d:get_keys())
        }
    }
--- response_body
123
3
3 number
a b nil
0 0



=== long elements
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            local lengths = { 0, 1, 100, 4096, 4097, 50000 }
            for _, n in ipairs(lengths) do
                assert(d:rpush("l", string.rep("x", n)))
            end
            for _, n in ipairs(lengths) do
                ngx.print(#d:lpop("l") == n, " ")
            end
            ngx.say(d:lpop("l"))
        }
    }
--- response_body
true true true true true true nil



=== lists and other values keep apart
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            d:set("v", "value")
            ngx.say(d:lpush("v", 1))
            ngx.say(d:rpush("v", 1))
            ngx.say(d:lpop("v"))
            ngx.say(d:rpop("v"))
            ngx.say(d:llen("v"))
            d:lpush("l", 1)
            ngx.say(d:get("l"))
            ngx.say(d:get_stale("l"))
            ngx.say(d:add("l", 1))
            ngx.say(d:incr("l", 1, 0))
            ngx.say(d:get_keys()[2], " ", d:ttl("l"))
            ngx.say((d:replace("l", "no list any more")), " ", d:get("l"))
            ngx.say((d:delete("l")), " ", d:llen("l"))
        }
    }
--- response_body
nilvalue not a list
nilvalue not a list
nilvalue not a list
nilvalue not a list
nilvalue not a list
nilvalue is a list
nilvalue is a list
falseexistsfalse
nilnot a number
l 0
true no list any more
true 0



=== an expired list starts anew
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            d:lpush("first", 1)
            d:lpush("l", 1)
            d:lpush("l", 2)
            ngx.say(d:expire("l", 0.01))
            ngx.sleep(0.02)
            ngx.say(d:llen("l"), " ", d:lpop("l"))
            ngx.say(d:lpush("l", 3), " ", d:ttl("l"))
            ngx.say(d:lpop("l"), " ", d:lpop("l"))
        }
    }
--- response_body
true
0 nil
1 0
3 nil



=== a push makes nobody give way
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("small")
            d:set("v", "stays")
            local n, len, err = 0, nil, nil
            repeat
                n = n + 1
                len, err = d:lpush("l", "element")
            until not len or n > 10000
            ngx.say(len, " ", err, " ", d:llen("l") == n - 1, " ", d:get("v"))
            for i = 1, n - 1 do
                d:rpop("l")
            end
            ngx.say(d:llen("l"), " ", d:free_space())
        }
    }
--- response_body
nil no memory true stays
0 90112



=== pushes take the place of expired lists, all of them
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            local function fill(prefix)
                local n = 0
                while d:lpush(prefix .. string.format("%06d", n), n) do
                    n = n + 1
                end
                return n
            end
            local n = fill("a")
            d:flush_all()
            ngx.say(fill("b") == n, " ", #d:get_keys(0) == n)
            d:flush_all()
            d:flush_expired()
            ngx.say(fill("c") == n, " ", n > 1000)
        }
    }
--- response_body
true true
true true



=== arguments
--- config
    location = /t {
        content_by_lua_block {
            local d = fresh("store")
            ngx.say(d:lpush("l", nil))
            ngx.say(d:rpush("l", true))
            ngx.say(d:rpush("l", {}))
            ngx.say((select(2, pcall(d.lpush, d, "l"))))
            ngx.say((select(2, pcall(d.rpush, d, "l", 1, 2))))
            ngx.say((select(2, pcall(d.lpop, d))))
            ngx.say((select(2, pcall(d.rpop, d, "l", 1))))
            ngx.say((select(2, pcall(d.llen, d))))
            ngx.say((select(2, pcall(function() d:lpush(true, 1) end))))
            ngx.say(d:lpush(12, "v"), " ", d:lpop("12"))
        }
    }
--- response_body_like
^nilbad value type
nilbad value type
nilbad value type
expecting 3 arguments, but only seen 2
expecting 3 arguments, but only seen 4
expecting 2 arguments, but only seen 1
expecting 2 arguments, but only seen 3
expecting 2 arguments, but only seen 1
content_by_lua\(nginx\.conf:\d+\):\d+: bad argument #1 to 'lpush' \(string expected, got boolean\)
1 v$
