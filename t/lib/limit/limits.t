# resty.limit.req, conn, count and traffic.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => 'lua_shared_dict req 1m; lua_shared_dict conn 1m; lua_shared_dict count 1m;');
});
repeat_each(2);
run_tests();

__DATA__

=== req: what comes at once fills the bucket
--- lua
local lim = require "resty.limit.req".new("req", 2, 10)
ngx.shared.req:delete("dog")
for _ = 1, 12 do
    local delay, excess = lim:incoming("dog", true)
    ngx.say(delay, " ", excess)
end
--- response_body
0 0
0.5 1
1 2
1.5 3
2 4
2.5 5
3 6
3.5 7
4 8
4.5 9
5 10
nil rejected



=== req: a look changes nothing, and a request can be taken back
--- lua
local lim = require "resty.limit.req".new("req", 2, 10)
ngx.shared.req:delete("dog")
ngx.say((lim:incoming("dog", true)))
ngx.say((lim:incoming("dog", true)))
ngx.say((lim:incoming("dog")))
ngx.say((lim:incoming("dog", true)))
ngx.say(lim:uncommit("dog"))
ngx.say((lim:incoming("dog", true)))
ngx.say(lim:uncommit("nobody"))
lim:set_rate(4)
lim:set_burst(3)
ngx.say((lim:incoming("dog", true)))
ngx.say(lim:incoming("dog", true))
--- response_body
0
0.5
1
1
true
1
nilnot found
0.75
nilrejected



=== req: the bucket leaks at the rate
--- lua
local lim = require "resty.limit.req".new("req", 100, 10)
ngx.shared.req:delete("dog")
for _ = 1, 10 do
    lim:incoming("dog", true)
end
ngx.sleep(0.2)
ngx.say(lim:incoming("dog", true))
--- response_body
00



=== req: others' values in the dictionary
--- lua
local lim = require "resty.limit.req".new("req", 2, 10)
ngx.shared.req:set("dog", 1)
ngx.say(lim:incoming("dog", true))
ngx.shared.req:set("dog", "x")
ngx.say(lim:uncommit("dog"))
ngx.shared.req:delete("dog")
--- response_body
nilshdict abused by other users
nilshdict abused by other users



=== conn: more at once wait longer
--- lua
local lim = require "resty.limit.conn".new("conn", 2, 4, 1)
ngx.shared.conn:delete("dog")
for _ = 1, 7 do
    local delay, count = lim:incoming("dog", true)
    ngx.say(delay, " ", count, " ", lim:is_committed())
end
ngx.say(lim:incoming("dog"))
ngx.say(lim:leaving("dog"), " ", lim:leaving("dog", 3))
ngx.say((lim:incoming("dog")), " ", lim:is_committed())
ngx.say(lim:uncommit("dog"))
lim:set_conn(1)
lim:set_burst(3)
ngx.say(lim:incoming("dog", true))
ngx.say(lim:incoming("dog", true))
ngx.say(lim:leaving("nobody"))
--- response_body
0 1 true
0 2 true
1 3 true
1 4 true
2 5 true
2 6 true
nil rejected false
nilrejected
5 4
4 false
3
64
nilrejected
nilnot found



=== count: so many in a window
--- lua
local lim = require "resty.limit.count".new("count", 3, 0.2)
ngx.shared.count:delete("dog")
for _ = 1, 2 do
    ngx.print(lim:incoming("dog", true))
    ngx.print(" ")
end
ngx.print(lim:incoming("dog"))
ngx.print(" ", lim:uncommit("dog"), " ")
for _ = 1, 3 do
    ngx.print(lim:incoming("dog", true))
    ngx.print(" ")
end
ngx.sleep(0.3)
ngx.say(lim:incoming("dog", true))
ngx.say(lim:uncommit("nobody"))
--- response_body
02 01 00 2 01 00 nilrejected 02
3



=== traffic: by all or by none
--- lua
local req = require "resty.limit.req".new("req", 2, 10)
local conn = require "resty.limit.conn".new("conn", 1, 1, 0.1)
local count = require "resty.limit.count".new("count", 3, 100)
local combine = require "resty.limit.traffic".combine
for _, dict in pairs(ngx.shared) do
    dict:delete("dog")
end
local states = {}
for _ = 1, 3 do
    local delay, err = combine({ req, conn, count }, { "dog", "dog", "dog" }, states)
    ngx.say(delay, " ", err, " ", states[1], " ", states[2], " ", states[3])
end
ngx.say(ngx.shared.conn:get("dog"), " ", ngx.shared.count:get("dog"))
--- response_body
0 nil 0 1 2
0.5 nil 1 2 1
nil rejected 2 2 1
2 1



=== traffic: what was counted is taken back when a later limit refuses
--- lua
local function limiter(name, answers)
    return {
        incoming = function(_, _, commit)
            ngx.say(name, commit and " commits" or " looks")
            local delay = table.remove(answers, 1)
            return delay, delay and 1 or "rejected"
        end,
        uncommit = function()
            ngx.say(name, " takes back")
            return true
        end,
    }
end
local limiters = { limiter("a", { 1, 2 }), limiter("b", { 3 }), limiter("c", { 4 }) }
ngx.say(require "resty.limit.traffic".combine(limiters, { "x", "x", "x" }))
--- response_body
a looks
b looks
c commits
a commits
b commits
a takes back
c takes back
nilrejected



=== misuse
--- lua
for _, name in ipairs { "req", "conn", "count" } do
    local class = require("resty.limit." .. name)
    ngx.say(class.new("nowhere", 1, 1, 1))
    local ok, err = pcall(class.new, "req", 0, 1, 1)
    ngx.say(ok, " ", err:match("[^ ]+ failed!$"))
end
--- response_body
nilshared dict not found
false assertion failed!
nilshared dict not found
false assertion failed!
nilshared dict not found
false assertion failed!
