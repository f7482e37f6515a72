-- The module tables: cjson, cjson.safe and what new() gives.

local tap = require "tap"
local cjson = require "cjson"
local safe = require "cjson.safe"

local is, raises = tap.is, tap.raises


is(cjson._NAME, "cjson", "_NAME")
is(cjson._VERSION, "2.1.0.11", "_VERSION")
is(safe._NAME, "cjson", "_NAME of cjson.safe")
is(safe._VERSION, cjson._VERSION, "_VERSION of cjson.safe")
is(rawget(_G, "cjson"), nil, "no global")

local names = {}
for name in pairs(cjson) do
    names[#names + 1] = name
    tap.ok(safe[name] ~= nil, "cjson.safe has " .. name)
    tap.ok(cjson.new()[name] ~= nil, "new() has " .. name)
end
table.sort(names)
is(table.concat(names, " "), "_NAME _VERSION array_mt decode decode_allow_comment decode_array_with_array_mt "
   .. "decode_invalid_numbers decode_max_depth empty_array empty_array_mt encode "
   .. "encode_empty_table_as_object encode_escape_forward_slash encode_indent encode_invalid_numbers "
   .. "encode_keep_buffer encode_max_depth encode_number_precision "
   .. "encode_skip_unsupported_value_types encode_sparse_array new null", "all names")

-- Settings are copied by nobody.
cjson.encode_number_precision(3)
is(cjson.new().encode(1 / 3), "0.33333333333333", "new() begins with the defaults")
is(cjson.encode(1 / 3), "0.333", "and leaves the old ones alone")
cjson.encode_number_precision(14)

-- The functions keep working without their table.
local encode = cjson.new().encode
collectgarbage()
is(encode({ 1 }), "[1]", "a function outlives its module table")


-- cjson.safe
local function returns(name, want, want_err, ...)
    is(select("#", ...), want_err and 2 or 1, name .. ": number of results")
    is((...), want, name)
    is(select(2, ...), want_err, name .. ": error")
end

returns("safe encode", "[1]", nil, safe.encode({ 1 }))
returns("safe decode", 1, nil, safe.decode("1"))
returns("safe encode of nil", "null", nil, safe.encode(nil))
returns("safe decode of false", false, nil, safe.decode("false"))
returns("safe encode fails", nil, "Cannot serialise function: type not supported", safe.encode(print))
returns("safe decode fails", nil, "Expected value but found T_END at character 1", safe.decode(""))
returns("safe decode of a table", nil, "bad argument #1 to '?' (string expected, got table)", safe.decode({}))
returns("safe encode, an error in __len", nil, "on purpose",
        safe.encode(setmetatable({}, { __len = function() error("on purpose", 0) end })))
returns("safe new", nil, "Expected value but found T_END at character 1", safe.new().decode(""))

raises("bad argument #1 to '?' (expected 1 argument)", "safe encode without argument", safe.encode)
raises("bad argument #1 to '?' (expected 1 argument)", "safe decode with two", safe.decode, "1", "2")
raises("bad argument #1 to '?' (expected integer between 1 and 2147483647)", "safe settings raise",
       safe.encode_max_depth, 0)

safe.encode_number_precision(3)
is(safe.encode(1 / 3), "0.333", "settings of cjson.safe")
is(cjson.encode(1 / 3), "0.33333333333333", "are not those of cjson")

tap.done()
