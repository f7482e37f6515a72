# ngx.timer: creation, arguments, limits, what a callback may do.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== what a timer refuses
--- lua
local function f() end
fails(ngx.timer.at)
fails(ngx.timer.at, 1)
fails(ngx.timer.at, "soon", f)
fails(ngx.timer.at, 0, print)
fails(ngx.timer.at, 0, nil)
fails(ngx.timer.every, 1)
fails(ngx.timer.every, 0, f)
fails(ngx.timer.every, 0.0009, f)
fails(ngx.timer.every, 1, "f")
--- response_body
expecting at least 2 arguments but got 0
expecting at least 2 arguments but got 1
bad argument #1 to '?' (number expected, got string)
bad argument #2 to '?' (Lua function expected)
bad argument #2 to '?' (Lua function expected)
expecting at least 2 arguments but got 1
delay cannot be zero
delay cannot be zero
bad argument #2 to '?' (Lua function expected)



=== a callback gets its arguments, nils too
--- lua
local got
ngx.say(ngx.timer.at(0, function (...)
    got = { n = select("#", ...), ... }
end, "a", nil, 3, nil))
repeat ngx.sleep(0.001) until got
ngx.say(got.n, " ", tostring(got[1]), " ", got[2], " ", tostring(got[3]), " ", got[4])
--- response_body
1
5 false a nil 3



=== timers without delay run in order, after their creator has waited
--- lua
local order = {}
for i = 1, 3 do
    ngx.timer.at(0, function () order[#order + 1] = i end)
end
order[#order + 1] = "creator"
repeat ngx.sleep(0.001) until #order == 4
ngx.say(table.concat(order, " "))
--- response_body
creator 1 2 3



=== the shorter delay comes first
--- lua
local order = {}
ngx.timer.at(0.03, function () order[#order + 1] = "long" end)
ngx.timer.at("0.01", function () order[#order + 1] = "short" end)
repeat ngx.sleep(0.001) until #order == 2
ngx.say(table.concat(order, " "))
--- response_body
short long



=== a callback may sleep, spawn threads, use coroutines and make timers
--- lua
local done
ngx.timer.at(0, function ()
    ngx.sleep(0.001)
    local thread = ngx.thread.spawn(function () ngx.sleep(0.001) return "thread" end)
    local _, a = ngx.thread.wait(thread)
    local co = coroutine.wrap(function () ngx.sleep(0.001) coroutine.yield("coroutine") end)
    local b = co()
    ngx.timer.at(0, function () done = a .. " " .. b .. " " .. ngx.get_phase() end)
end)
repeat ngx.sleep(0.001) until done
ngx.say(done)
--- response_body
thread coroutine timer



=== exit ends the callback and its threads
--- lua
local went_on, before
ngx.timer.at(0, function ()
    ngx.thread.spawn(function () ngx.sleep(0.01) went_on = true end)
    before = true
    ngx.exit(0)
    went_on = true
end)
ngx.sleep(0.05)
ngx.say(before, " ", went_on, " ", ngx.timer.running_count())
--- response_body
true nil 0



=== counts: pending until it expires, running until its last thread ends
--- lua
local function counts() return ngx.timer.pending_count() .. " " .. ngx.timer.running_count() end
local go = false
ngx.say(counts())
ngx.timer.at(0, function ()
    ngx.thread.spawn(function () repeat ngx.sleep(0.001) until go end)
end)
ngx.say(counts())
ngx.sleep(0.005)
ngx.say(counts())
go = true
repeat ngx.sleep(0.001) until ngx.timer.running_count() == 0
ngx.say(counts())
--- response_body
0 0
1 0
0 1
0 0



=== more pending timers than allowed
--- http_config
lua_max_pending_timers 2;
--- lua
local function f() end
ngx.say(ngx.timer.at(0.001, f))
ngx.say(ngx.timer.at(0.001, f))
ngx.say(ngx.timer.at(0.001, f))
repeat ngx.sleep(0.001) until ngx.timer.pending_count() == 0
ngx.say(ngx.timer.at(0, f))
--- response_body
1
1
niltoo many pending timers
1



=== more running timers than allowed
--- http_config
lua_max_running_timers 1;
--- lua
local go, ran = false, 0
local function f() ran = ran + 1 repeat ngx.sleep(0.001) until go end
ngx.timer.at(0, f)
ngx.timer.at(0, f)
repeat ngx.sleep(0.001) until ngx.timer.pending_count() == 0
go = true
repeat ngx.sleep(0.001) until ngx.timer.running_count() == 0
ngx.say(ran)
--- response_body
1
--- error_log eval
qr/\[alert\] .*? lua failed to run timer with function defined at =content_by_lua\(nginx.conf:\d+\):\d+: 1 lua_max_running_timers are not enough/



=== every comes again, with its arguments, also after an error
--- lua
local n, seen = 0, {}
local function tick(premature, word)
    n = n + 1
    seen[n] = word
    if n == 2 then error("second") end
end
ngx.say(ngx.timer.every(0.002, tick, "tick"))
repeat ngx.sleep(0.001) until n >= 3
ngx.say(table.concat(seen, " ", 1, 3), " ", ngx.timer.pending_count() > 0)
--- response_body
1
tick tick tick true
--- error_log eval
[qr/\[error\] .*? lua entry thread aborted: runtime error: content_by_lua\(nginx.conf:\d+\):\d+: second$/,
 qr/in function <.*>, context: ngx.timer, client: 127.0.0.1, server: /]



=== a callback has an ngx.ctx of its own
--- lua
local seen
ngx.ctx.mine = "request"
for i = 1, 2 do
    ngx.timer.at(0, function ()
        seen = (seen or "") .. tostring(ngx.ctx.mine)
        ngx.ctx.mine = i
        ngx.sleep(0.001)
        seen = seen .. ngx.ctx.mine
    end)
end
repeat ngx.sleep(0.001) until ngx.timer.running_count() + ngx.timer.pending_count() == 0
ngx.say(seen, " ", ngx.ctx.mine)
--- response_body
nilnil12 request



=== log lines name the context, the client and the server
--- lua
local done
ngx.timer.at(0, function () ngx.log(ngx.WARN, "in a timer") done = true end)
repeat ngx.sleep(0.001) until done
ngx.say("ok")
--- response_body
ok
--- error_log eval
qr/\[warn\] .*?: in a timer, context: ngx.timer, client: 127.0.0.1, server: \S+:\d+$/m
