# resty.lock.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

add_block_preprocessor(sub { $_[0]->set_value(http_config => 'lua_shared_dict locks 1m;') });
repeat_each(2);
run_tests();

__DATA__

=== lock and unlock
--- lua
local locks = require "resty.lock"
local lock = locks:new("locks")
ngx.say(lock:lock("dog"))
ngx.say(ngx.shared.locks:get("dog"))
ngx.say(lock:lock("cat"))
ngx.say(lock:unlock())
ngx.say(ngx.shared.locks:get("dog"))
ngx.say(lock:unlock())
ngx.say(lock:lock())
ngx.say(locks:new("nowhere"))
--- response_body
0
true
nillocked
1
nil
nilunlocked
nilnil key
nildictionary not found



=== who comes second sleeps longer and longer
--- lua
local locks = require "resty.lock"
for _, options in ipairs { {}, { step = 0.01 }, { ratio = 3 }, { max_step = 0.05 } } do
    assert(locks:new("locks", { exptime = 0.1 }):lock("dog"))
    local lock = locks:new("locks", options)
    ngx.say(math.floor(lock:lock("dog") * 1000 + 0.5) >= 100, " ", lock:unlock())
end
--- response_body
true 1
true 1
true 1
true 1



=== the sleeps add up to the timeout
--- lua
local locks = require "resty.lock"
ngx.shared.locks:set("dog", true)
local slept = {}
local sleep = ngx.sleep
package.loaded["resty.lock"] = nil
ngx.sleep = function(time) slept[#slept + 1] = math.floor(time * 1000 + 0.5) end
local fake = require "resty.lock"
ngx.sleep = sleep
ngx.say(fake:new("locks", { timeout = 0.1 }):lock("dog"))
ngx.say(table.concat(slept, " "))
slept = {}
ngx.say(fake:new("locks", { timeout = 0.1, step = 0.01, ratio = 3, max_step = 0.04 }):lock("dog"))
ngx.say(table.concat(slept, " "))
slept = {}
ngx.say(fake:new("locks", { timeout = 0 }):lock("dog"))
ngx.say(fake:new("locks", { timeout = 1, exptime = 0.002 }):lock("dog"))
ngx.say(table.concat(slept, " "))
ngx.shared.locks:delete("dog")
package.loaded["resty.lock"] = locks
--- response_body
niltimeout
1 2 4 8 16 32 37
niltimeout
10 30 40 20
niltimeout
niltimeout
1 1



=== a lock is given back when its object is collected
--- lua
local locks = require "resty.lock"
local function forget()
    locks:new("locks"):lock("dog")
end
forget()
collectgarbage()
collectgarbage()
ngx.say(ngx.shared.locks:get("dog"))
--- response_body
nil



=== expire
--- lua
local lock = require "resty.lock":new("locks", { exptime = 10 })
ngx.say(lock:expire(1))
lock:lock("dog")
ngx.say(lock:expire(0.5), " ", ngx.shared.locks:ttl("dog") <= 0.5)
ngx.say(lock:expire(), " ", ngx.shared.locks:ttl("dog") > 5)
ngx.shared.locks:delete("dog")
ngx.say(lock:expire(1))
ngx.say(lock:unlock())
--- response_body
nilunlocked
true true
true true
nilnot found
1



=== of many threads one holds it
--- lua
local locks = require "resty.lock"
local inside, most, done = 0, 0, 0
local threads = {}
for i = 1, 10 do
    threads[i] = ngx.thread.spawn(function()
        local lock = locks:new("locks", { timeout = 20, max_step = 0.01 })
        assert(lock:lock("dog"))
        inside = inside + 1
        most = math.max(most, inside)
        ngx.sleep(0.002)
        inside = inside - 1
        done = done + 1
        assert(lock:unlock())
    end)
end
for i = 1, 10 do
    ngx.thread.wait(threads[i])
end
ngx.say(most, " ", done)
--- response_body
1 10
