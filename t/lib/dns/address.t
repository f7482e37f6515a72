# resty.dns.resolver: addresses as text, and options.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== IPv6 addresses, short and long
--- lua
local resolver = require "resty.dns.resolver"
for _, addr in ipairs { "FF01:0:0:0:0:0:0:101", "0:0:0:0:0:0:0:0", "1:0:0:2:0:0:0:3", "1:2:3:4:5:6:7:8", "0:0:1:2:3:4:5:6" } do
    local short = resolver.compress_ipv6_addr(addr)
    show(short, resolver.expand_ipv6_addr(short) == addr)
end
--- response_body
FF01::101 true
:: true
1:0:0:2::3 true
1:2:3:4:5:6:7:8 true
::1:2:3:4:5:6 true



=== names of reverse look-ups
--- lua
local resolver = require "resty.dns.resolver"
show(resolver.arpa_str("1.2.3.4"))
show(resolver.arpa_str("FF01::101"))
--- response_body
4.3.2.1.in-addr.arpa
1.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.F.F.ip6.arpa



=== options that are missing
--- lua
local resolver = require "resty.dns.resolver"
show(resolver:new())
show(resolver:new {})
show(resolver:new { nameservers = {} })
local r = resolver:new { nameservers = { "127.0.0.1" } }
show(r:query(".dog"))
r:destroy()
show(r:query("dog"))
show(r:tcp_query("dog"))
show(r:set_timeout(1))
show(r:destroy())
--- response_body
nil no options table specified
nil no nameservers specified
nil no nameservers specified
nil bad name
nil not initialized
nil not initialized
nil not initialized
nil not initialized
