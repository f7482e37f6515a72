# Shared dictionaries: what goes in comes out; keys, types, flags, arguments.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', 'lua_shared_dict store 1m; lua_shared_dict other 64k;')
        if !defined $block->http_config;
    $block->set_value('request', 'GET /t') if !defined $block->request;
    $block->set_value('no_error_log', "[error]\n[alert]\n[crit]")
        if !defined $block->no_error_log && !defined $block->error_log;
});

run_tests();

__DATA__

=== every type of value comes back as it was
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            for _, v in ipairs { 42, -1.5, 2 ^ 53, 1e300, 1 / 0, "text", "", "nul\0inside", true, false } do
                assert(d:set("k", v))
                local got, flags = d:get("k")
                if got ~= v or type(got) ~= type(v) or flags ~= nil then
                    ngx.say("stored ", v, ", got ", got, " and flags ", flags)
                end
            end
            d:set("k", 0 / 0)
            local nan = d:get("k")
            ngx.say(nan ~= nan)
        }
    }
--- response_body
true



=== long strings come back whole
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            for _, n in ipairs { 4095, 4096, 4097, 100000, 300000 } do
                local v = string.rep("x", n - 1) .. "y"
                assert(d:set("long", v))
                ngx.say(n, ": ", d:get("long") == v, " ", (d:get_stale("long")) == v)
            end
            d:delete("long")
        }
    }
--- response_body
4095: true true
4096: true true
4097: true true
100000: true true
300000: true true



=== a number and the string of it are one key
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:set(56, "number")
            ngx.say(d:get("56"))
            d:set("56", "string")
            ngx.say(d:get(56))
            d:set(true, 1)
            ngx.say(d:get("true"))
        }
    }
--- response_body
number
string
1



=== keys may be long and have any bytes
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            local key = string.rep("\0\255", 32767) .. "a"
            ngx.say(#key, " ", d:set(key, 1), " ", d:get(key))
            d:set("a\0b", "first")
            d:set("a\0c", "second")
            ngx.say(d:get("a\0b"), " ", d:get("a\0c"), " ", d:get("a"))
        }
    }
--- response_body
65535 true 1
first second nil



=== bad keys are refused by every method
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            local long = string.rep("a", 65536)
            for _, name in ipairs { "get", "get_stale", "set", "safe_set", "add", "safe_add", "replace", "delete",
                                    "incr", "ttl", "expire", "lpush", "rpush" } do
                local _, nil_err = d[name](d, nil, 1)
                local _, empty_err = d[name](d, "", 1)
                local _, long_err = d[name](d, long, 1)
                if nil_err ~= "nil key" or empty_err ~= "empty key" or long_err ~= "key too long" then
                    ngx.say(name, ": ", nil_err, ", ", empty_err, ", ", long_err)
                end
            end
            for _, name in ipairs { "lpop", "rpop", "llen" } do
                local _, nil_err = d[name](d, nil)
                local _, empty_err = d[name](d, "")
                local _, long_err = d[name](d, long)
                if nil_err ~= "nil key" or empty_err ~= "empty key" or long_err ~= "key too long" then
                    ngx.say(name, ": ", nil_err, ", ", empty_err, ", ", long_err)
                end
            end
            ngx.say("done")
        }
    }
--- response_body
done



=== a missing key is one nil
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            ngx.say(select("#", d:get("missing")), " ", d:get("missing"))
            ngx.say(select("#", d:get_stale("missing")), " ", d:get_stale("missing"))
        }
    }
--- response_body
1 nil
1 nil



=== flags are a second result unless they are 0
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:set("k", "v", 0, 199)
            ngx.say(d:get("k"))
            d:set("k", "v", 0, -5)
            ngx.say(d:get("k"))
            d:set("k", "v", nil, 3.9)
            ngx.say(d:get("k"))
            d:set("k", "v")
            ngx.say(select("#", d:get("k")))
            d:set("k", 7, 0, 1)
            ngx.say(table.concat({ tostring(select(1, d:get_stale("k"))), tostring(select(2, d:get_stale("k"))),
                                   tostring(select(3, d:get_stale("k"))) }, " "))
        }
    }
--- response_body
v199
v-5
v3
1
7 1 false



=== values of other types are refused
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            for _, v in ipairs { {}, print, ngx.null, coroutine.create(function() end) } do
                local ok, err, forcible = d:set("bad", v)
                ngx.say(ok, " ", err, " ", forcible)
            end
            ngx.say(d:get("bad"))
        }
    }
--- response_body
nil bad value type nil
nil bad value type nil
nil bad value type nil
nil bad value type nil
nil



=== add and replace look for the key first
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:delete("k")
            local function show(...) ngx.say(table.concat({ tostring((...)), tostring((select(2, ...))),
                                                            tostring((select(3, ...))) }, " ")) end
            show(d:replace("k", 1))
            show(d:add("k", 2))
            show(d:add("k", 3))
            show(d:safe_add("k", 3))
            show(d:replace("k", "a longer value than that one"))
            ngx.say(d:get("k"))
            show(d:add("k", nil))
            show(d:safe_add("k", nil))
            show(d:replace("k", nil))
            show(d:set("k", nil))
            ngx.say(d:get("k"))
            show(d:delete("k"))
        }
    }
--- response_body
false not found false
true nil false
false exists false
false exists false
true nil false
a longer value than that one
false attempt to add or replace nil values false
false attempt to add or replace nil values false
false attempt to add or replace nil values false
true nil false
nil
true nil false



=== two dictionaries do not know of each other
--- config
    location = /t {
        content_by_lua_block {
            ngx.shared.store:set("k", "store")
            ngx.shared.other:set("k", "other")
            ngx.say(ngx.shared.store:get("k"), " ", ngx.shared.other:get("k"))
            ngx.shared.other:flush_all()
            ngx.say(ngx.shared.store:get("k"), " ", ngx.shared.other:get("k"))
        }
    }
--- response_body
store other
store nil



=== methods called on something else
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            for _, name in ipairs { "get", "get_stale", "set", "safe_set", "add", "safe_add", "replace", "delete",
                                    "incr", "ttl", "expire", "flush_all", "capacity", "free_space",
                                    "flush_expired", "get_keys", "lpush", "rpush", "lpop", "rpop", "llen" } do
                for _, self in ipairs { false, {}, { 1 }, { ngx.null }, "dict" } do
                    local ok, err = pcall(d[name], self, "k", 1)
                    if name == "lpop" or name == "rpop" or name == "llen" then
                        ok, err = pcall(d[name], self, "k")
                    elseif name == "get_keys" or name == "flush_expired" then
                        ok, err = pcall(d[name], self)
                    end
                    if ok or err ~= 'bad "zone" argument' then
                        ngx.say(name, " ", tostring(self), ": ", err)
                    end
                end
            end
            local ok, err = pcall(function() d.set({}, "k", 1) end)
            ngx.say(err)
        }
    }
--- response_body_like
^content_by_lua\(nginx\.conf:\d+\):\d+: bad "zone" argument$



=== the dictionary object and its methods
--- config
    location = /t {
        content_by_lua_block {
            local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end
            local d = ngx.shared.store
            local mt = getmetatable(d)
            ngx.say(type(d), " ", count(d), " ", type(d[1]))
            ngx.say(count(mt), " ", mt.__index == mt, " ", mt == getmetatable(ngx.shared.other))
            ngx.say(count(ngx.shared), " ", tostring(ngx.shared.undefined))
        }
    }
--- response_body
table 1 userdata
22 true true
2 nil



=== without a dictionary ngx.shared is an empty table
--- http_config
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(type(ngx.shared), " ", next(ngx.shared))
        }
    }
--- response_body
table nil



=== usable in every phase of a request
--- config
    location = /t {
        set_by_lua_block $a { return ngx.shared.store:incr("phases", 1, 0) }
        rewrite_by_lua_block { ngx.shared.store:incr("phases", 1) }
        access_by_lua_block { ngx.shared.store:incr("phases", 1) }
        content_by_lua_block { ngx.say("ok") }
        header_filter_by_lua_block { ngx.shared.store:incr("phases", 1) }
        body_filter_by_lua_block { if ngx.arg[2] then ngx.shared.store:incr("phases", 1) end }
        log_by_lua_block {
            ngx.log(ngx.WARN, "phases: ", ngx.shared.store:get("phases"))
            ngx.shared.store:delete("phases")
        }
    }
--- response_body
ok
--- error_log
phases: 5
--- no_error_log
[error]
