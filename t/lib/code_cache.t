# The libraries with lua_code_cache off: each request has a VM of its own and loads them anew.
# services: redis
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

add_block_preprocessor(sub {
    $_[0]->set_value(http_config => 'lua_code_cache off; lua_shared_dict locks 1m;');
});
repeat_each(3);
run_tests();

__DATA__

=== all of them load, side by side
--- lua
local count = 0
for _, name in ipairs {
    "tablepool", "redis.parser", "rds.parser", "resty.string", "resty.md5", "resty.sha", "resty.sha1", "resty.sha512",
    "resty.aes", "resty.random", "resty.lock", "resty.limit.req", "resty.limit.conn", "resty.limit.count",
    "resty.limit.traffic", "resty.chash", "resty.roundrobin", "resty.swrr", "resty.rsa", "resty.redis",
    "resty.memcached", "resty.mysql", "resty.mysql.auth_ed25519", "resty.dns.resolver", "resty.upload",
    "resty.websocket.server", "resty.websocket.client", "resty.http", "resty.http_connect", "resty.http_headers",
    "resty.upstream.healthcheck", "resty.lrucache",
} do
    assert(require(name))
    count = count + 1
end
show(count)
--- response_body
32



=== one of them at work
--- lua
local red = require "resty.redis":new()
red:set_timeout(3000)
red:connect("127.0.0.1", $TEST_NGINX_REDIS_PORT)
red:set("dog", 1)
show(red:incr("dog"))
show(red:set_keepalive(1000, 10))
local lock = require "resty.lock":new("locks")
show(lock:lock("dog"))
--- response_body
2
1
0
