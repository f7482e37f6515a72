# resty.redis: publish and subscribe.
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
add_block_preprocessor(sub { $_[0]->set_value(lua => $connected . $_[0]->lua) });
add_block_preprocessor(sub { $_[0]->set_value(http_config => 'lua_socket_log_errors off;') });
no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== a message arrives
--- lua
local red, publisher = connected(), connected()
show((red:subscribe("dog")))
show(publisher:publish("dog", "hello"))
show(red:read_reply())
show(red:set_keepalive())
show((red:unsubscribe("dog")))
show(red:read_reply())
show(red:get("nothing"))
show(red:set_keepalive())
--- response_body
["subscribe","dog",1]
1
["message","dog","hello"]
nil subscribed state
["unsubscribe","dog",0]
nil not subscribed
null
1



=== several channels and patterns
--- lua
local red, publisher = connected(), connected()
show((red:subscribe("dog", "cat")))
show((red:psubscribe("b*")))
publisher:publish("bird", "tweet")
show(red:read_reply())
local res = red:unsubscribe()
show(#res, res[1][1], res[2][1], res[2][3])
show(red:punsubscribe())
show(red:unsubscribe())
--- response_body
[["subscribe","dog",1],["subscribe","cat",2]]
["psubscribe","b*",3]
["pmessage","b*","bird","tweet"]
2 unsubscribe unsubscribe 1
["punsubscribe","b*",0]
nil not subscribed



=== messages that come before a reply wait; those of a channel that was left are dropped
--- lua
local red, publisher = connected(), connected()
red:subscribe("dog", "cat")
publisher:publish("dog", "1")
publisher:publish("cat", "2")
publisher:publish("dog", "3")
show((red:unsubscribe("cat")))
show(red:read_reply())
show(red:read_reply())
red:set_timeout(10)
show(red:read_reply())
red:set_timeout(3000)
show((red:ping()))
show((red:unsubscribe("dog")))
--- response_body
["unsubscribe","cat",1]
["message","dog","1"]
["message","dog","3"]
nil timeout
["pong",""]
["unsubscribe","dog",0]



=== a timeout while waiting loses nothing
--- lua
local red, publisher = connected(), connected()
red:subscribe("dog")
red:set_timeout(10)
show(red:read_reply())
show(red:read_reply())
publisher:publish("dog", "late")
red:set_timeout(3000)
show(red:read_reply())
--- response_body
nil timeout
nil timeout
["message","dog","late"]



=== one thread reads while another one publishes
--- lua
local red, publisher = connected(), connected()
red:subscribe("dog")
local thread = ngx.thread.spawn(function()
    for i = 1, 3 do
        publisher:publish("dog", i)
    end
end)
for _ = 1, 3 do
    show(red:read_reply())
end
ngx.thread.wait(thread)
--- response_body
["message","dog","1"]
["message","dog","2"]
["message","dog","3"]
