# resty.memcached: servers that answer nonsense, half or nothing. No such connection gets into a pool.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

my $fake = "$ENV{TEST_NGINX_SERVROOT}/html/fake.sock";
my $connected = <<"END";
local memc = require "resty.memcached":new()
memc:set_timeout(200)
assert(memc:connect("unix:$fake"))
END
add_block_preprocessor(sub {
    my $block = shift;

    $block->set_value(lua => $connected . $block->lua);
    $block->set_value(http_config => 'lua_socket_log_errors off;');
    $block->set_value(tcp_listen => $fake);
    $block->set_value(tcp_no_close => 1);
});
no_long_string();
run_tests();

__DATA__

=== no reply
--- lua
show(memc:get("dog"))
show(memc:set_keepalive())
--- tcp_reply
--- response_body
nil nil timeout
nil closed



=== half a value
--- lua
show(memc:get("dog"))
show(memc:set_keepalive())
--- tcp_reply eval: "VALUE dog 0 5\r\nab"
--- response_body
nil nil timeout
nil closed



=== a value that is longer than its size
--- lua
show(memc:gets("dog"))
show(memc:set_keepalive())
--- tcp_reply eval: "VALUE dog 0 1 7\r\nabcdefghij\r\nEND\r\n"
--- response_body
nil nil nil bad reply: no line end behind the value
nil closed



=== a line that is none of the protocol
--- lua
show(memc:get("dog"))
show(memc:set("dog", 1))
--- tcp_reply eval: "VALUE dog\r\nwhat?\r\n"
--- response_body
nil nil VALUE dog
nil what?
