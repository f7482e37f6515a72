# ngx.semaphore: counting, waiting, and what happens to waiters that go away.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== resources are counted, waiters are debts
--- lua
local semaphore = require "ngx.semaphore"
local s = semaphore.new(2)
ngx.say(s:count(), " ", s:wait(0), " ", s:count(), " ", s:post(2), " ", s:count())
local empty = semaphore.new()
ngx.say(empty:count(), " ", empty:wait(0))
local t = ngx.thread.spawn(function () return empty:wait(10) end)
ngx.say(empty:count())
empty:post()
ngx.say(empty:count(), " ", ngx.thread.wait(t), " ", empty:count())
--- response_body
2 true 1 true 3
0 niltimeout
-1
0 true 0



=== what is refused
--- lua
local semaphore = require "ngx.semaphore"
local s = semaphore.new()
fails(semaphore.new, -1)
fails(s.wait)
fails(s.wait, { sem = 1 }, 1)
fails(s.wait, s, -0.5)
fails(s.post, {})
fails(s.post, s, 0)
fails(s.count, 5)
--- response_body
no negative number
not a semaphore instance
not a semaphore instance
no negative number
not a semaphore instance
positive number required
not a semaphore instance



=== a post is not a switch, and is promised to those who wait
--- lua
local s = require("ngx.semaphore").new()
local t = ngx.thread.spawn(function ()
    s:wait(10)
    ngx.say("waiter")
end)
s:post()
ngx.say("poster, ", s:wait(0))
ngx.thread.wait(t)
--- response_body
poster, niltimeout
waiter



=== first come, first served, between timers and requests
--- lua
local s = require("ngx.semaphore").new()
local order = {}
for i = 1, 3 do
    ngx.timer.at(0, function () s:wait(10) order[i] = #order + 1 end)
end
repeat ngx.sleep(0.001) until s:count() == -3
ngx.timer.at(0, function () s:post(2) end)
repeat ngx.sleep(0.001) until #order == 2
s:post()
repeat ngx.sleep(0.001) until #order == 3
ngx.say(table.concat(order, " "))
--- response_body
1 2 3



=== a wait times out and leaves the queue
--- lua
local s = require("ngx.semaphore").new()
ngx.say(s:wait(0.001))
ngx.say(s:count())
s:post()
ngx.say(s:wait(0.001))
--- response_body
niltimeout
0
true



=== a killed waiter leaves the queue
--- lua
local s = require("ngx.semaphore").new()
local t = ngx.thread.spawn(function () s:wait(10) end)
ngx.say(s:count(), " ", ngx.thread.kill(t), " ", s:count())
--- response_body
-1 1 0



=== what a killed thread was given comes back
--- lua
local semaphore = require "ngx.semaphore"
local mine, its = semaphore.new(), semaphore.new()
local victim = ngx.thread.spawn(function () its:wait(10) ngx.say("went on") end)
ngx.thread.spawn(function ()
    ngx.sleep(0.001)
    mine:post()
    its:post()
end)
mine:wait(10)
-- Both posts have been dealt with by now, but the victim has not run.
ngx.say(ngx.thread.kill(victim), " ", its:count())
--- response_body
1 1



=== waiters of a handler that exits leave the queue
--- config
location = /exit {
    content_by_lua_block {
        package.loaded.shared_semaphore = require("ngx.semaphore").new()
        ngx.thread.spawn(function () package.loaded.shared_semaphore:wait(10) end)
        ngx.exit(204)
    }
}
--- lua
ngx.location.capture("/exit")
ngx.say(package.loaded.shared_semaphore:count())
--- response_body
0



=== a waiter keeps a semaphore that nobody else knows
--- lua
local function wait()
    return require("ngx.semaphore").new():wait(0.005)
end
local t = ngx.thread.spawn(wait)
collectgarbage()
collectgarbage()
ngx.say(ngx.thread.wait(t))
--- response_body
trueniltimeout



=== phases that cannot wait may do everything else
--- http_config
init_by_lua_block {
    from_init = require("ngx.semaphore").new(1)
    from_init:post()
    init_error = select(2, pcall(from_init.wait, from_init, 0))
}
init_worker_by_lua_block {
    init_worker_error = select(2, from_init:wait(0))
}
--- config
location = /set {
    set_by_lua_block $waited {
        return select(2, from_init:wait(0)) .. from_init:count()
    }
    header_filter_by_lua_block {
        ngx.header.X = select(2, from_init:wait(1)) .. tostring(from_init:post())
    }
    return 200 $waited;
}
--- lua
ngx.say((init_error:gsub("^.-: ", "")))
ngx.say(init_worker_error)
local r = ngx.location.capture("/set")
ngx.say(r.body)
ngx.say(r.header.X)
ngx.say(from_init:wait(0)) -- 2 again, for the repetition
--- response_body
no request found
API disabled in the context of init_worker_by_lua*
API disabled in the context of set_by_lua*2
API disabled in the context of header_filter_by_lua*true
true



=== a worker that gets a semaphore from init_by_lua has its own count
--- http_config
init_by_lua_block { from_init = require("ngx.semaphore").new(3) }
--- lua
ngx.say(from_init:wait(0), " ", from_init:count())
from_init:post()
--- response_body
true 2
