-- What says that a table is an array: empty_array, empty_array_mt, array_mt and __len.

local tap = require "tap"
local cjson = require "cjson"

local is, raises = tap.is, tap.raises
local encode = cjson.encode


is(type(cjson.empty_array), "userdata", "empty_array is light userdata")
is(encode({ a = cjson.empty_array }), '{"a":[]}', "empty_array as a member")

local function with(mt, t)
    return setmetatable(t, mt)
end

is(encode(with(cjson.empty_array_mt, {})), "[]", "empty_array_mt: empty")
is(encode({ a = with(cjson.empty_array_mt, {}) }), '{"a":[]}', "empty_array_mt: as a member")
is(encode(with(cjson.empty_array_mt, { 1, 2 })), "[1,2]", "empty_array_mt: with items")
is(encode(with(cjson.empty_array_mt, { a = 1 })), '{"a":1}', "empty_array_mt: with names")

is(encode(with(cjson.array_mt, {})), "[]", "array_mt: empty")
is(encode(with(cjson.array_mt, { 1, "a", {} })), '[1,"a",{}]', "array_mt: with items")
is(encode(with(cjson.array_mt, { foo = "bar", [1] = "hello" })), '["hello"]', "array_mt: names are ignored")
is(encode(with(cjson.array_mt, { [true] = 1 })), "[]", "array_mt: keys of other types too")
local holed = { 1, 2, 3, 4 }
holed[2] = nil
is(#holed, 4, "a table with a hole inside")
is(encode(with(cjson.array_mt, holed)), "[1,null,3,4]", "array_mt: a hole is null")
is(encode(with(cjson.array_mt, { with(cjson.array_mt, {}) })), "[[]]", "array_mt: nested")

local plain = cjson.new()
plain.encode_empty_table_as_object(false)
is(plain.encode(with({}, {})), "[]", "another metatable changes nothing")
is(encode(with({ __index = { a = 1 } }, {})), "{}", "__index alone changes nothing")
is(encode(with({ __pairs = error }, { a = 1 })), '{"a":1}', "__pairs is not asked")


-- __len makes an array of what __index gives.
local squares = with({
    __len = function() return 4 end,
    __index = function(_, i) return i * i end,
}, { [2] = "two" })
is(encode(squares), '[1,"two",9,16]', "__len: as long as it says, read through __index")
is(encode({ a = squares }), '{"a":[1,"two",9,16]}', "__len: as a member")
is(encode(with({ __len = function() return 0 end }, { 1, 2 })), "[]", "__len: 0")
is(encode(with({ __len = function() return 3 end }, { 1 })), "[1,null,null]", "__len: longer than the table")
is(encode(with({ __len = function() return 1.9 end }, { 1, 2 })), "[1]", "__len: a fraction")
for _, length in ipairs{ -1, 0 / 0, "x", {} } do
    is(encode(with({ __len = function() return length end }, { 1 })), "[]", "__len: " .. tostring(length))
end
is(encode(with({ __len = function(t) return t.n end }, { 1, 2, n = 1 })), "[1]", "__len: is given the table")

local function fails()
    error("on purpose", 0)
end
raises("on purpose", "an error in __len", encode, with({ __len = fails }, {}))
raises("on purpose", "an error in __index", encode, with({ __len = function() return 1 end, __index = fails }, {}))
is(encode({ 1 }), "[1]", "and encoding goes on")

local endless = setmetatable({}, { __len = function() return 1 end })
getmetatable(endless).__index = function() return endless end
raises("Cannot serialise, excessive nesting (1001)", "a table that holds itself by __index", encode, endless)
local loop = {}
loop.loop = loop
raises("Cannot serialise, excessive nesting (1001)", "a table that holds itself", encode, loop)


-- One identity in a Lua state.
for _, name in ipairs{ "null", "empty_array", "empty_array_mt", "array_mt" } do
    is(cjson.new()[name], cjson[name], name .. " of another instance")
    is(require("cjson.safe")[name], cjson[name], name .. " of cjson.safe")
end
package.loaded.cjson = nil
local again = require "cjson"
tap.ok(again ~= cjson, "loading again makes another table")
is(again.array_mt, cjson.array_mt, "with the same array_mt")
is(again.encode(with(cjson.array_mt, {})), "[]", "which its encoder knows")

tap.done()
