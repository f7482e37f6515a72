# What differs between resty.lrucache and resty.lrucache.pureffi, and both at work together.
use Test::Nginx::Socket::Lua 'no_plan';

add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(request => 'GET /t');
    $block->set_value(no_error_log => '[error]') if !defined $block->no_error_log;
});

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== the two classes hold data of their own
--- config
    location = /t {
        content_by_lua_block {
            local plain = require "resty.lrucache".new(2)
            local pureffi = require "resty.lrucache.pureffi".new(2)
            plain:set("dog", 1)
            pureffi:set("cat", 2)
            ngx.say((plain:get("dog")), (plain:get("cat")), (pureffi:get("dog")), (pureffi:get("cat")))
        }
    }
--- response_body
1nilnil2



=== a number and its text are two keys of the one, one key of the other
--- config
    location = /t {
        content_by_lua_block {
            for _, name in ipairs { "resty.lrucache", "resty.lrucache.pureffi" } do
                local cache = require(name).new(2)
                cache:set(1, "number")
                cache:set("1", "text")
                ngx.say((cache:get(1)), " ", (cache:get("1")), " ", cache:count(), " ",
                        type(cache:get_keys()[cache:count()]))
            end
        }
    }
--- response_body
number text 2 number
text text 1 string



=== the plain class refuses nil as a key and stays usable
--- config
    location = /t {
        content_by_lua_block {
            local cache = require "resty.lrucache".new(1)
            cache:set("dog", 1)
            local ok, err = pcall(cache.set, cache, nil, 2)
            ngx.say(ok, " ", err:match("[^:]*$"), " ", (cache:get(nil)))
            cache:set("dog", 3)
            cache:set("cat", 4)
            ngx.say((cache:get("dog")), " ", (cache:get("cat")), " ", cache:count())
        }
    }
--- response_body
false  table index is nil nil
nil 4 1



=== the load factor sets the number of buckets, a power of two
--- config
    location = /t {
        content_by_lua_block {
            local pureffi = require "resty.lrucache.pureffi"
            ngx.say(pureffi.new(1, 0.25).bucket_sz, " ", pureffi.new(3, 0.05).bucket_sz, " ",
                    pureffi.new(3, 2.1).bucket_sz, " ", pureffi.new(100).bucket_sz)
        }
    }
--- response_body
4 32 4 256



=== long chains of a crowded table work
--- config
    location = /t {
        content_by_lua_block {
            local cache = require "resty.lrucache.pureffi".new(2000, 1)
            for i = 1, 6000 do
                cache:set("key " .. i, i)
                if i % 3 == 0 then
                    cache:delete("key " .. i - 1)
                end
            end

            local hits = 0
            for i = 1, 6000 do
                local value = cache:get("key " .. i)
                if value then
                    assert(value == i and i % 3 ~= 2)
                    hits = hits + 1
                end
            end
            ngx.say(hits == cache:count(), " ", hits)
        }
    }
--- response_body
true 1999



=== keys that are built anew each time are found
--- config
    location = /t {
        content_by_lua_block {
            local cache = require "resty.lrucache.pureffi".new(100)
            local long = ("x"):rep(300)
            for i = 1, 50 do
                cache:set(long .. i, i)
            end
            collectgarbage()
            collectgarbage()

            local sum = 0
            for i = 1, 50 do
                sum = sum + cache:get(("x"):rep(300) .. i)
            end
            ngx.say(sum)
        }
    }
--- response_body
1275



=== a cache filled in init_by_lua is there in the worker
--- http_config
    init_by_lua_block {
        caches = {}
        for i, name in ipairs { "resty.lrucache", "resty.lrucache.pureffi" } do
            caches[i] = require(name).new(3)
            caches[i]:set("dog", "from init " .. i)
        end
    }
--- config
    location = /t {
        content_by_lua_block {
            ngx.say((caches[1]:get("dog")), ", ", (caches[2]:get("dog")))
        }
    }
--- response_body
from init 1, from init 2



=== versions
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(require "resty.lrucache"._VERSION, " ", require "resty.lrucache.pureffi"._VERSION)
        }
    }
--- response_body
0.14 0.13
