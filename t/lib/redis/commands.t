# resty.redis: connecting, commands and their replies, pipelines, scripts, the connection pool.
# services: redis
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $connected = <<'END';
local redis = require "resty.redis"
local function connected()
    local red = redis:new()
    red:set_timeout(3000)
    assert(red:connect("127.0.0.1", $TEST_NGINX_REDIS_PORT))
    return red
end
END
add_block_preprocessor(sub { $_[0]->set_value(http_config => 'lua_socket_log_errors off;') });
add_block_preprocessor(sub { $_[0]->set_value(lua => $connected . $_[0]->lua) });
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== replies of each type
--- lua
local red = connected()
show(red:flushall())
show(red:set("dog", "an animal"))
show(red:get("dog"))
show(red:get("nothing"))
show(red:incr("counter"))
show(red:incr("dog"))
show(red:rpush("list", "a", "b", 3))
show(red:lrange("list", 0, -1))
show(red:lrange("nothing", 0, -1))
show(red:eval("return {1, {2, 'x'}, redis.error_reply('bad'), false}", 0))
show(red:blpop("nothing", 0.01))
show(red:get("nothing") == ngx.null)
--- response_body_like chop
^OK
OK
an animal
null
1
false ERR value is not an integer or out of range
3
\["a","b","3"\]
\{\}
\[1,\[2,"x"\],\[false,"(?:ERR )?bad"\],null\]
null
true
$



=== any name is a command, in any case; an unknown one is the server's business
--- lua
local red = connected()
show(red:SET("dog", 1))
show(red:Get("dog"))
local res, err = red:nosuchcommand("x")
show(res, err:sub(1, 35))
show(red:echo("still in step"))
--- response_body
OK
1
false ERR unknown command 'nosuchcommand'
still in step



=== arguments become text
--- lua
local red = connected()
for _, value in ipairs { 1.5, true, false, ngx.null, "", "\r\n$3\r\n" } do
    red:set("value", value)
    show((red:get("value"):gsub("\r\n", "|")))
end
show(red:get())
--- response_body
1.5
true
false
userdata: NULL

|$3|
false ERR wrong number of arguments for 'get' command



=== hmset takes pairs or a table, and a hash comes back as a table
--- lua
local red = connected()
red:del("hash")
show(red:hmset("hash", "dog", 1, "cat", 2))
show(red:hmset("hash", { bird = 3 }))
local hash = red:array_to_hash(red:hgetall("hash"))
show(hash.dog, hash.cat, hash.bird)
--- response_body
OK
OK
1 2 3



=== transactions
--- lua
local red = connected()
show(red:multi())
show(red:set("dog", "x"))
show(red:lpop("dog"))
show(red:exec())
show(red:multi(), red:discard())
show(red:watch("dog"))
connected():set("dog", "changed")
red:multi()
red:get("dog")
show(red:exec())
--- response_body
OK
QUEUED
QUEUED
["OK",[false,"WRONGTYPE Operation against a key holding the wrong kind of value"]]
OK OK
OK
null



=== scripts
--- lua
local red = connected()
local sha = red:script("load", "return KEYS[1] .. ARGV[1]")
show(red:evalsha(sha, 1, "a", "b"))
show(red:evalsha(("0"):rep(40), 0))
--- response_body
ab
false NOSCRIPT No matching script. Please use EVAL.



=== a pipeline sends all and then reads all
--- lua
local red = connected()
red:init_pipeline()
show(select("#", red:set("dog", "x")))
red:get("dog")
red:incr("dog")
red:lrange("nothing", 0, 1)
red:hmset("hash", { dog = 1 })
show(red:commit_pipeline())
show(red:get("dog"))
show(red:commit_pipeline())
--- response_body
0
["OK","x",[false,"ERR value is not an integer or out of range"],{},"OK"]
x
nil no pipeline



=== a long pipeline, an empty one, one that is dropped
--- lua
local red = connected()
red:del("n")
red:init_pipeline(1000)
for _ = 1, 1000 do
    red:incr("n")
end
local replies = red:commit_pipeline()
show(#replies, replies[1], replies[1000])
red:init_pipeline()
show(red:commit_pipeline())
red:init_pipeline()
red:set("n", 0)
red:cancel_pipeline()
red:cancel_pipeline()
show(red:get("n"))
red:init_pipeline()
red:set("n", 0)
red:init_pipeline()
red:get("n")
show(red:commit_pipeline())
--- response_body
1000 1 1000
{}
1000
["1000"]



=== large values
--- lua
local red = connected()
local value = ("0123456789"):rep(300000)
show(red:set("large", value))
show(red:get("large") == value)
show(#red:mget("large", "large", "nothing"))
red:del("large")
--- response_body
OK
true
3



=== connections are used again
--- lua
local red = connected()
show(red:set_keepalive(10000, 10))
show(red:get("dog"))
local again = connected()
show(again:get_reused_times() > 0)
show(again:set("dog", 1))
show(again:close())
show(again:get("dog"))
show(again:close())
--- response_body
1
nil closed
true
OK
1
nil closed
nil closed



=== many threads, one connection each
--- lua
local threads = {}
for i = 1, 20 do
    threads[i] = ngx.thread.spawn(function()
        local red = connected()
        for k = 1, 10 do
            red:set("thread" .. i, k)
            assert(red:get("thread" .. i) == tostring(k))
        end
        assert(red:set_keepalive(1000, 50))
        return true
    end)
end
local count = 0
for i = 1, 20 do
    local _, ok = ngx.thread.wait(threads[i])
    count = count + (ok and 1 or 0)
end
show(count)
--- response_body
20



=== prefixes of modules
--- lua
local red = connected()
redis.register_module_prefix("bf")
local _, err = red:bf():add("key", 1)
show(err:sub(1, 28))
show(red:echo("without prefix"))
redis.add_commands("echo")
show(red:echo("defined"))
--- response_body
ERR unknown command 'bf.add'
without prefix
defined



=== misuse
--- lua
local red = redis:new()
fails(red.connect, red)
fails(red.connect, red, "127.0.0.1")
fails(red.connect, red, "127.0.0.1", {})
fails(red.connect, red, "127.0.0.1", 1, 2)
fails(red.connect, red, "unix:/nowhere", 1)
local none = setmetatable({ _sock = false }, { __index = redis })
fails(none.set_timeout, none, 1)
fails(none.set_timeouts, none, 1, 1, 1)
show(none:connect("127.0.0.1", 1))
show(none:close())
show(none:set_keepalive())
show(none:get_reused_times())
show(none:read_reply())
--- response_body
bad argument #1 host: string expected, got nil
bad argument #2 port: number expected, got nil
bad argument #2 port: number expected, got table
bad argument #3 opts: nil or table expected, got number
bad argument #2 opts: nil or table expected, got number
not initialized
not initialized
nil not initialized
nil not initialized
nil not initialized
nil not initialized
nil not initialized
