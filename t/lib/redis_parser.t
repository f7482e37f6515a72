# redis.parser.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

no_long_string();
repeat_each(2);
run_tests();

__DATA__

=== replies of each type
--- lua
local parser = require "redis.parser"
local cjson = require "cjson"
for _, text in ipairs {
    "+OK\r\n", "+a\rb\r\n", "-ERR no\r\n", ":32\r\n", ":-7\r\n", ":x\r\n", "$3\r\nfoo\r\nrest", "$0\r\n\r\n",
    "$-1\r\n", "*-1\r\n", "*0\r\n", "*5\r\n$1\r\na\r\n:1\r\n-Bad argument\r\n+32\r\n$3\r\nfoo\r\n",
    "*2\r\n$-1\r\n$1\r\na\r\n",
} do
    local value, typ = parser.parse_reply(text)
    ngx.say(cjson.encode(value), " ", parser.typename(typ))
end
--- response_body
"OK" status reply
"a\rb" status reply
"ERR no" error reply
32 integer reply
-7 integer reply
0 integer reply
"foo" bulk reply
"" bulk reply
null bulk reply
null multi-bulk reply
{} multi-bulk reply
["a","1","Bad argument","32","foo"] multi-bulk reply
[null,"a"] multi-bulk reply



=== what is no reply
--- lua
local parser = require "redis.parser"
for _, text in ipairs {
    "", "+OK", "-ERR\n", ":1", "$3\r\nfoo", "$3\r\nfooxx", "$x\r\n", "$3", "*1\r\n", "*1", "*1\r\n*0\r\n",
    "*99999999\r\n:1\r\n", "$9223372036854775807\r\nx\r\n", "what",
} do
    local value, typ = parser.parse_reply(text)
    ngx.say(typ == parser.BAD_REPLY, " ", value)
end
--- response_body
true empty reply
true bad status reply
true bad error reply
true bad integer reply
true bad bulk reply
true bad bulk reply
true bad bulk reply
true bad bulk reply
true bad multi bulk reply
true bad multi bulk reply
true bad multi bulk reply
true bad multi bulk reply
true bad bulk reply
true invalid reply



=== several replies
--- lua
local parser = require "redis.parser"
ngx.say(require "cjson".encode(parser.parse_replies("+OK\r\n:3\r\n$-1\r\n", 4)))
--- response_body
[["OK",1],[3,3],[null,4],["empty reply",0]]



=== queries
--- lua
local parser = require "redis.parser"
ngx.print(parser.build_query { "set", 1.5, true, false, parser.null, "" })
ngx.say(parser.null == ngx.null)
--- response_body eval
"*6\r\n\$3\r\nset\r\n\$3\r\n1.5\r\n\$1\r\n1\r\n\$1\r\n0\r\n\$-1\r\n\$0\r\n\r\ntrue\n"



=== misuse
--- lua
local parser = require "redis.parser"
fails(parser.parse_reply)
fails(parser.parse_replies, "x")
fails(parser.typename)
fails(parser.build_query)
fails(parser.build_query, {})
fails(parser.build_query, { "get", {} })
ngx.say(parser.typename(6), " ", parser.typename(-1))
--- response_body
expected one argument but got 0
expected two arguments but got 1
expecting one argument but got 0
expected one argument but got 0
empty input param table
parameter 2 is not a string, number, redis.parser.null, or boolean value
nil nil
