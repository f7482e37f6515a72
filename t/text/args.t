# ngx.encode_args, decode_args, quote_sql_str.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== encoding one entry of each type
--- lua
for _, value in ipairs { "x y/", 12, 1.5, 1e15, true, false, { "a", 2, true, false, "b c" }, {} } do
    ngx.say("[", ngx.encode_args { ["k&"] = value }, "]")
end
--- response_body
[k%26=x%20y%2F]
[k%26=12]
[k%26=1.5]
[k%26=1e%2B15]
[k%26]
[]
[k%26=a&k%26=2&k%26&k%26=b%20c]
[]



=== encoding joins the entries of a table
--- lua
local parts = {}
for part in ngx.encode_args({ a = 1, b = "2", c = true }):gmatch("[^&]+") do
    parts[#parts + 1] = part
end
table.sort(parts)
ngx.say(table.concat(parts, " "), " [", ngx.encode_args({}), "]")
--- response_body
a=1 b=2 c []



=== what encode_args refuses
--- lua
fails(ngx.encode_args)
fails(ngx.encode_args, {}, {})
fails(ngx.encode_args, true)
fails(ngx.encode_args, { "x" })
fails(ngx.encode_args, { a = print })
fails(ngx.encode_args, { a = { {} } })
fails(ngx.encode_args, { a = ngx.null })
fails(function () local s = ngx.encode_args("a") end)
fails(function () local s = ngx.encode_args({ a = print }) end)
fails(function () local s = ngx.encode_args({ 1 }) end)
--- response_body
expecting 1 argument but seen 0
expecting 1 argument but seen 2
bad argument #1 to '?' (table expected, got boolean)
attempt to use a non-string key in the "args" option table
attempt to use function as query arg value
attempt to use table as query arg value
attempt to use userdata as query arg value
here: bad argument #1 to 'encode_args' (table expected, got string)
here: attempt to use function as query arg value
here: attempt to use a non-string key in the "args" option table



=== decoding keeps repeated keys in order
--- lua
local args = ngx.decode_args("a=1&b&a=x+y%21&a&c=&=lost&d=e=f")
ngx.say(args.a[1], "|", args.a[2], "|", tostring(args.a[3]), "|", #args.a)
ngx.say(tostring(args.b), "|", args.c, "|", tostring(args[""]), "|", args.d)
--- response_body
1|x y!|true|3
true||nil|e=f



=== the limit counts every segment, empty ones too
--- lua
local function count(s, max)
    local args, err = ngx.decode_args(s, max)
    local n = 0
    for _ in pairs(args) do
        n = n + 1
    end
    ngx.say(s, " ", max, ": ", n, " ", err)
end
count("a&b&c", 2)
count("a&b&c", 3)
count("a&", 1)
count("&&a", 2)
count("=&a", 1)
count("a&b&c", -1)
count("a&b&c", 0)
count("", 1)
--- response_body
a&b&c 2: 2 truncated
a&b&c 3: 3 nil
a& 1: 1 truncated
&&a 2: 0 truncated
=&a 1: 0 truncated
a&b&c -1: 3 nil
a&b&c 0: 3 nil
 1: 0 nil



=== without a limit a hundred segments count
--- lua
local parts = {}
for i = 1, 101 do
    parts[i] = "k" .. i .. "=" .. i
end
local s = table.concat(parts, "&")
local args, err = ngx.decode_args(s)
ngx.say(args.k100, " ", args.k101, " ", err)
args, err = ngx.decode_args(s, 0)
ngx.say(args.k100, " ", args.k101, " ", err)
--- response_body
100 nil truncated
100 101 nil



=== what decode_args refuses
--- lua
fails(ngx.decode_args)
fails(ngx.decode_args, "a", 1, 2)
fails(ngx.decode_args, {})
fails(ngx.decode_args, "a", "x")
fails(ngx.decode_args, "a", nil)
fails(function () local t = ngx.decode_args(true) end)
--- response_body
expecting 1 or 2 arguments but seen 0
expecting 1 or 2 arguments but seen 3
bad argument #1 to '?' (string expected, got table)
bad argument #2 to '?' (number expected, got string)
bad argument #2 to '?' (number expected, got nil)
here: bad argument #1 to 'decode_args' (string expected, got boolean)



=== encoding what decoding gave is the same query
--- lua
local query = "a=%26%3D&b=x%20y"
local again = ngx.encode_args(ngx.decode_args(query))
ngx.say(again == query or again == "b=x%20y&a=%26%3D")
--- response_body
true



=== SQL strings
--- lua
ngx.say(ngx.quote_sql_str(""))
ngx.say(ngx.quote_sql_str("it's"))
ngx.say(ngx.quote_sql_str("\0\b\t\n\r\26\\\"'"))
ngx.say(ngx.quote_sql_str(12))
ngx.say(ngx.quote_sql_str("\195\164%_") == "'\195\164%_'")
fails(ngx.quote_sql_str)
fails(ngx.quote_sql_str, "a", "b")
fails(ngx.quote_sql_str, {})
fails(function () local s = ngx.quote_sql_str(nil) end)
--- response_body
''
'it\'s'
'\0\b\t\n\r\Z\\\"\''
'12'
true
expecting one argument
expecting one argument
bad argument #1 to '?' (string expected, got table)
here: bad argument #1 to 'quote_sql_str' (string expected, got nil)
