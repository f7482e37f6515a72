# resty.memcached.
# services: memcached
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $connected = <<'END';
local memcached = require "resty.memcached"
local memc = memcached:new()
memc:set_timeout(3000)
assert(memc:connect("127.0.0.1", $TEST_NGINX_MEMCACHED_PORT))
memc:flush_all()
END
add_block_preprocessor(sub { $_[0]->set_value(http_config => 'lua_socket_log_errors off;') });
add_block_preprocessor(sub { $_[0]->set_value(lua => $connected . $_[0]->lua) });
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== storing and reading
--- lua
show(memc:set("dog", "x", 0, 7))
show(memc:get("dog"))
show(memc:get("nothing"))
show(memc:add("dog", "y"))
show(memc:replace("dog", "y"))
show(memc:append("dog", { "z", { "!", 1 } }))
show(memc:prepend("dog", "x"))
show(memc:get("dog"))
show(memc:replace("nothing", 1))
--- response_body
1
x 7
nil
nil NOT_STORED
1
1
1
xyz!1 0
nil NOT_STORED



=== several keys at once, with any bytes in them
--- lua
memc:set("a key with spaces", 1)
memc:set("\r\n", 2, 0, 5)
local items = memc:get { "a key with spaces", "\r\n", "nothing" }
show(items["a key with spaces"], items["\r\n"], items.nothing)
show(memc:get {})
local full = memc:gets { "\r\n" }
show(full["\r\n"][1], full["\r\n"][2], full["\r\n"][3] ~= nil)
--- response_body
["1","0"] ["2","5"]
{}
2 5 true



=== compare and swap
--- lua
memc:set("dog", 1)
local value, flags, unique = memc:gets("dog")
show(value, flags, unique ~= nil)
show(memc:cas("dog", "new", unique, 0, 3))
show(memc:cas("dog", "newer", unique))
show(memc:cas("nothing", "x", unique))
show(memc:get("dog"))
show(select("#", memc:gets("nothing")) > 0, (memc:gets("nothing")))
--- response_body
1 0 true
1
nil EXISTS
nil NOT_FOUND
new 3
true



=== counting, touching, deleting
--- lua
show(memc:incr("n", 1))
memc:set("n", 5)
show(memc:incr("n", 10))
show(memc:decr("n", 1))
show(memc:touch("n", 100))
show(memc:touch("nothing", 100))
show(memc:delete("n"))
show(memc:delete("n"))
memc:set("dog", "x")
show(memc:incr("dog", 1))
--- response_body
nil NOT_FOUND
15
14
1
nil NOT_FOUND
1
nil NOT_FOUND
nil CLIENT_ERROR cannot increment or decrement non-numeric value



=== about the server
--- lua
show((memc:version():find("^%d+%.")))
local lines = memc:stats()
show(#lines > 10, lines[1]:match("^STAT"))
show(#memc:stats("settings") > 10)
show(memc:stats("nonsense"))
show(memc:verbosity(0))
show(memc:flush_all(10))
show(memc:flush_all())
show(memc:quit())
--- response_body
1
true STAT
true
nil ERROR
1
1
1
1



=== a pipeline
--- lua
show(memc:init_pipeline())
show(memc:init_pipeline())
show(memc:set("dog", "x", 0, 3), memc:get("dog"), memc:get("nothing"), memc:delete("nothing"))
show(memc:set("n", 1), memc:incr("n", 1), memc:touch("n", 1))
local results = memc:commit_pipeline()
for i = 1, #results do
    ngx.print(tostring(results[i][1]), "/", tostring(results[i][2]), " ")
end
ngx.say()
show(memc:commit_pipeline())
memc:init_pipeline(2)
show(memc:commit_pipeline())
memc:set("dog", "dropped")
memc:cancel_pipeline()
show(memc:get("dog"))
show(memc:init_pipeline("x"))
--- response_body
nil
already init pipeline
1 1 1 1
1 1 1
1/nil x/3 nil/nil nil/NOT_FOUND 1/nil 2/nil 1/nil 
nil no pipeline
nil no more cmds
x 3
bad n arg: number expected, but got string



=== values as large as the server takes, and larger
--- lua
local value = ("0123456789"):rep(100000)
show(memc:set("large", value))
show((memc:get("large")) == value)
show(memc:set("large", value:rep(2)))
show(memc:set("dog", "in step"))
--- response_body
1
true
nil SERVER_ERROR object too large for cache
1



=== connections are used again
--- lua
show(memc:set_keepalive(10000, 10))
show(memc:get("dog"))
show(memc:gets("dog"))
local again = memcached:new()
again:connect("127.0.0.1", $TEST_NGINX_MEMCACHED_PORT)
show(again:get_reused_times() > 0, again:set("dog", 1), again:close())
--- response_body
1
nil nil closed
nil nil nil closed
true 1 1



=== keys transformed in another way
--- lua
local upper = memcached:new { key_transform = { string.upper, string.lower } }
upper:connect("127.0.0.1", $TEST_NGINX_MEMCACHED_PORT)
upper:set("dog", "x")
show(memc:get("DOG"))
show(upper:get { "dog" }.dog)
show(memcached:new { key_transform = { string.upper } })
--- response_body
x 0
["x","0"]
nil expecting key_transform = { escape, unescape } table



=== without a socket
--- lua
local none = setmetatable({}, { __index = memcached })
show(none:get("dog"))
show(none:gets("dog"))
show(none:connect("127.0.0.1", 1))
show(none:set_timeout(1))
show(none:close())
--- response_body
nil nil not initialized
nil nil nil not initialized
nil not initialized
nil not initialized
nil not initialized
