# resty.chash, resty.roundrobin, resty.swrr.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== chash: keys spread by weight
--- lua
local chash = require "resty.chash":new { server1 = 10, server2 = "2", server3 = 1 }
local counts = { server1 = 0, server2 = 0, server3 = 0 }
for key = 1, 100000 do
    local id = chash:find(key)
    counts[id] = counts[id] + 1
end
ngx.say(counts.server1, " ", counts.server2, " ", counts.server3, " ", chash.npoints)
--- response_body
77075 14743 8182 2080



=== chash: places in the ring
--- lua
local chash = require "resty.chash":new { server1 = 2, server2 = 2, server3 = 1 }
local id, index = chash:find("foo")
ngx.say(id, " ", index)
for _ = 1, 100 do
    id, index = chash:next(index)
end
ngx.say(id, " ", index)
ngx.say(select(2, chash:next(chash.npoints - 1)))
--- response_body
server1 434
server2 534
0



=== chash: changes give the ring that a new one would have
--- lua
local class = require "resty.chash"
local changed = class:new { a = 5, b = 1, gone = 3 }
changed:set("a", 2)
changed:incr("b")
changed:delete("gone")
changed:delete("nobody")
changed:decr("nobody")
changed:incr("c", 4)
changed:decr("c", 3)
ngx.say(changed:set("c", 1))
local fresh = class:new { a = 2, b = 2, c = 1 }
local same = changed.npoints == fresh.npoints
for key = 1, 1000 do
    same = same and changed:find(key) == fresh:find(key)
end
ngx.say(same)
changed:reinit { z = 1 }
ngx.say((changed:find("x")), " ", changed.npoints)
changed:delete("z")
ngx.say(changed:find("x"))
--- response_body
true
true
z 160
nil



=== roundrobin and swrr: a cycle serves each node by its weight
--- lua
for _, name in ipairs { "roundrobin", "swrr" } do
    local nodes = { a = 4, b = 2, c = 2 }
    local balancer = require("resty." .. name):new(nodes)
    nodes.a = 100
    for _ = 1, 50 do
        balancer:find()
    end
    local counts = { a = 0, b = 0, c = 0 }
    for _ = 1, 8 do
        local id = balancer:find()
        counts[id] = counts[id] + 1
    end
    ngx.say(counts.a, counts.b, counts.c)
end
--- response_body
422
422



=== swrr spreads the heavy one
--- lua
local swrr = require "resty.swrr":new { a = 3, b = 1 }
local order = {}
for i = 1, 12 do
    order[i] = swrr:find()
end
ngx.say(table.concat(order):find("aaaa", 1, true))
--- response_body
nil



=== roundrobin: nodes come and go
--- lua
local balancer = require "resty.roundrobin":new { a = 1 }
ngx.say(balancer:find(), balancer:next())
balancer:set("b", 1)
balancer:delete("a")
ngx.say(balancer:find(), balancer:find())
local ok, err = pcall(balancer.delete, balancer, "b")
ngx.say(ok, " ", err:match("[^:]+$"))
ok, err = pcall(balancer.new, balancer, {})
ngx.say(ok, " ", err:match("[^:]+$"))
ngx.say(require "resty.swrr":new {}:find())
--- response_body
aa
bb
false  empty nodes
false  empty nodes
nil



=== utils
--- lua
local utils = require "resty.balancer.utils"
local copy = utils.copy { a = "2" }
ngx.say(utils.nkeys { a = 1, b = 2 }, " ", copy.a + 1, " ", type(utils.new_tab(1, 1)))
--- response_body
2 3 table
