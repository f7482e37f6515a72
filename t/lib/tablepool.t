# tablepool.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== a released table comes back empty
--- lua
local pool = require "tablepool"
local t = pool.fetch("empty", 4, 4)
t[1], t.dog = 1, 2
setmetatable(t, {})
pool.release("empty", t)
local again = pool.fetch("empty", 4, 4)
ngx.say(again == t, " ", next(again), " ", getmetatable(again), " ", pool.fetch("empty", 4, 4) == t)
--- response_body
true nil nil false



=== it may keep its content
--- lua
local pool = require "tablepool"
pool.release("kept", { dog = 1 }, true)
ngx.say(pool.fetch("kept", 0, 0).dog)
--- response_body
1



=== pools are apart, and bounded
--- lua
local pool = require "tablepool"
for _ = 1, 300 do
    pool.release("bounded", { old = true }, true)
end
local count = 0
while pool.fetch("bounded", 0, 0).old do
    count = count + 1
end
ngx.say(count, " ", pool.fetch("other", 0, 0).old)
--- response_body
200 nil



=== after 20000 releases a pool starts anew
--- lua
local pool = require "tablepool"
for _ = 1, 20000 do
    pool.release("anew" .. ngx.var.connection, { old = true }, true)
end
pool.release("anew" .. ngx.var.connection, { old = true }, true)
ngx.say(pool.fetch("anew" .. ngx.var.connection, 0, 0).old)
--- response_body
nil



=== nothing cannot be released
--- lua
fails(require "tablepool".release, "x")
--- response_body
object empty
