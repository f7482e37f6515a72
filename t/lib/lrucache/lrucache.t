# resty.lrucache and resty.lrucache.pureffi: each block runs with both classes.
use Test::Nginx::Socket::Lua 'no_plan';

add_block_preprocessor(sub {
    my $block = shift;
    my $lua = $block->lua;

    $block->set_value(config => <<"_EOC_");
    location = /t {
        content_by_lua_block {
            for _, name in ipairs { "resty.lrucache", "resty.lrucache.pureffi" } do
                local lrucache = require(name)
                $lua
            end
        }
    }
_EOC_
    $block->set_value(request => 'GET /t');
    $block->set_value(response_body => $block->printed x 2) if defined $block->printed;
    $block->set_value(no_error_log => '[error]');
});

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== what is set can be got until it is deleted
--- lua
    local cache = lrucache.new(2)
    ngx.say(cache:get("dog"), " ", select("#", cache:get("dog")))
    cache:set("dog", 32)
    cache:set("cat", { 56 })
    ngx.say((cache:get("dog")), " ", (cache:get("cat"))[1])
    ngx.say(cache:delete("dog"), " ", cache:delete("dog"), " ", (cache:get("dog")))
    cache:set("dog", 33)
    ngx.say((cache:get("dog")), " ", cache:count())
--- printed
nil 1
32 56
true false nil
33 2



=== a full cache drops what was not used for longest
--- lua
    local cache = lrucache.new(2)
    cache:set("a", 1)
    cache:set("b", 2)
    cache:get("a")
    cache:set("c", 3)
    ngx.say((cache:get("a")), " ", (cache:get("b")), " ", (cache:get("c")))
    cache:set("a", 4)
    cache:set("d", 5)
    ngx.say((cache:get("a")), " ", (cache:get("c")), " ", (cache:get("d")), " ", cache:count())
--- printed
1 nil 3
4 nil 5 2



=== false is a value
--- lua
    local cache = lrucache.new(2)
    cache:set("no", false)
    ngx.say(cache:get("no"))
    cache:delete("no")
    ngx.say((cache:get("no")))
--- printed
falsenil0
nil



=== an expired value comes back as the second result
--- lua
    local cache = lrucache.new(3)
    cache:set("dog", 32, 0.05, 7)
    cache:set("cat", 56, 60)
    cache:set("old", "stale", -1, 1)
    ngx.say(cache:get("dog"))
    ngx.say(cache:get("old"))
    ngx.sleep(0.07)
    ngx.say(cache:get("dog"))
    ngx.say((cache:get("cat")), " ", cache:count())
    cache:set("dog", 33)
    ngx.say(cache:get("dog"))
--- printed
32nil7
nilstale1
nil327
56 3
33nil0



=== setting again replaces the time to live
--- lua
    local cache = lrucache.new(1)
    cache:set("dog", 32, 60)
    cache:set("dog", 33, 0.02)
    ngx.sleep(0.04)
    ngx.say(cache:get("dog"))
    cache:set("dog", 34)
    ngx.sleep(0.04)
    ngx.say((cache:get("dog")))
--- printed
nil330
34



=== flags are numbers from 0 to 2^32 - 1
--- lua
    local cache = lrucache.new(1)
    for _, flags in ipairs { 1, 0, -1, 2.7, 0xffffffff, 0x100000005, "5", true } do
        cache:set("dog", 32, nil, flags)
        ngx.print(select(3, cache:get("dog")), " ")
    end
    cache:set("dog", 32)
    ngx.say(select(3, cache:get("dog")))
--- printed
1 0 0 2 4294967295 5 0 0 0



=== flags do not stay with a slot
--- lua
    local cache = lrucache.new(1)
    for i = 1, 5 do
        cache:set("key" .. i, i, nil, i % 2 == 0 and i or nil)
        ngx.print(select(3, cache:get("key" .. i)))
    end
    ngx.say("")
--- printed
02040



=== keys come in the order of use
--- lua
    local cache = lrucache.new(4)
    ngx.say(#cache:get_keys())
    for _, key in ipairs { "a", "b", "c", "d", "e" } do
        cache:set(key, 1)
    end
    cache:get("b")
    ngx.say(table.concat(cache:get_keys(), " "))
    ngx.say(table.concat(cache:get_keys(0), " "))
    ngx.say(table.concat(cache:get_keys(2), " "))
    ngx.say(table.concat(cache:get_keys(99), " "))
--- printed
0
b e d c
b e d c
b e
b e d c



=== keys are put into a given table, with a nil behind the last
--- lua
    local cache = lrucache.new(3)
    cache:set("a", 1)
    cache:set("b", 1)
    local res = { 1, 2, 3, 4 }
    ngx.say(cache:get_keys(0, res) == res)
    ngx.say(res[1], res[2], " ", res[3], " ", res[4])
    cache:get_keys(1, res)
    ngx.say(res[1], " ", res[2])
--- printed
true
ba nil 4
b nil



=== count and capacity
--- lua
    local cache = lrucache.new(3)
    ngx.print(cache:count(), " ", cache:capacity())
    for i = 1, 5 do
        cache:set("key" .. i, i, -1)
    end
    ngx.print(" ", cache:count())
    cache:delete("key5")
    ngx.say(" ", cache:count(), " ", lrucache.new(2.5):capacity())
--- printed
0 3 3 2 2.5



=== flush_all empties the cache, which can be filled again
--- lua
    local cache = lrucache.new(3)
    for round = 1, 3 do
        cache:flush_all()
        ngx.print(cache:count(), #cache:get_keys(), " ")
        for i = 1, 5 do
            cache:set("key" .. i, i * round)
        end
    end
    ngx.say((cache:get("key1")), " ", (cache:get("key3")), " ", (cache:get("key5")))
--- printed
00 00 00 nil 9 15



=== a size below 1 is refused
--- lua
    for _, size in ipairs { 0, -1, 0.5 } do
        local cache, err = lrucache.new(size)
        ngx.say(cache, " ", err)
    end
    ngx.say((pcall(lrucache.new)))
--- printed
nil size too small
nil size too small
nil size too small
false



=== tables and numbers as keys
--- lua
    local cache = lrucache.new(3)
    local one, two = {}, {}
    cache:set(one, 1)
    cache:set(two, 2)
    cache:set(3, 3)
    ngx.say((cache:get(one)), (cache:get(two)), (cache:get(3)))
    cache:delete(one)
    ngx.say((cache:get(one)), (cache:get(two)))
--- printed
123
nil2



=== a nil value is as good as none
--- lua
    local cache = lrucache.new(2)
    cache:set("dog", nil)
    ngx.say((cache:get("dog")), " ", cache:count(), " ", cache:delete("dog"))
--- printed
nil 1 true



=== it behaves as a plain list of keys does, over thousands of random steps
--- lua
    local size = 20
    local cache = lrucache.new(size)
    local order, values = {}, {}

    local function forget(key)
        for i = 1, #order do
            if order[i] == key then
                table.remove(order, i)
                values[key] = nil
                return true
            end
        end
        return false
    end

    local function use(key, value)
        forget(key)
        table.insert(order, 1, key)
        values[key] = value
        if #order > size then
            values[table.remove(order)] = nil
        end
    end

    for step = 1, 5000 do
        local key = "key" .. math.random(40)
        local what = math.random(10)
        if what == 1 then
            assert(cache:delete(key) == forget(key))
        elseif what <= 5 then
            cache:set(key, step)
            use(key, step)
        else
            local value = cache:get(key)
            assert(value == values[key])
            if value then
                use(key, value)
            end
        end
        if step % 50 == 0 then
            assert(table.concat(cache:get_keys(), " ") == table.concat(order, " "))
        end
        assert(cache:count() == #order)
    end
    ngx.say("ok")
--- printed
ok
--- timeout: 20
