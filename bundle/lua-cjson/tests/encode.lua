-- What values become as JSON text, with default settings.

local tap = require "tap"
local cjson = require "cjson"

local is, raises = tap.is, tap.raises
local encode = cjson.encode


-- Members in whatever order next() gives them, since it differs from run to run.
local function is_object(got, members, name)
    local list = {}
    for member in got:match("^{(.*)}$"):gmatch("[^,]+") do
        list[#list + 1] = member
    end
    table.sort(list)
    is(table.concat(list, ","), members, name)
end


is(encode(nil), "null", "nil")
is(encode(true), "true", "true")
is(encode(false), "false", "false")
is(encode(cjson.null), "null", "null")
is(encode(cjson.empty_array), "[]", "empty_array")
is(encode("text"), '"text"', "a string")
is(encode(""), '""', "an empty string")
is(encode(17), "17", "a number")
is(encode({}), "{}", "an empty table is an object")

-- Strings.
is(encode('"\\/'), [["\"\\\/"]], "quote, backslash and slash are escaped")
is(encode("\b\f\n\r\t"), [["\b\f\n\r\t"]], "control characters with a letter of their own")
is(encode("\0\1\31\127"), [["\u0000\u0001\u001f\u007f"]], "other control characters and DEL")
is(encode("\128\255 \195\164"), '"\128\255 \195\164"', "bytes beyond ASCII stay, valid UTF-8 or not")

-- A byte to escape at each place of strings of each length: the encoder looks at 8 and 16 at a time.
local function escapes_everywhere(char, escaped)
    for length = 1, 40 do
        for place = 1, length do
            local before, after = ("a"):rep(place - 1), ("\200"):rep(length - place)
            if encode(before .. char .. after) ~= '"' .. before .. escaped .. after .. '"' then
                return false
            end
        end
    end
    return true
end

for char, escaped in pairs{ ['"'] = '\\"', ["/"] = "\\/", ["\0"] = "\\u0000", ["\31"] = "\\u001f",
                            ["\127"] = "\\u007f", [" "] = " ", ["\128"] = "\128" } do
    tap.ok(escapes_everywhere(char, escaped), ("byte %d at each place"):format(char:byte()))
end

is(encode(("/"):rep(10000)), '"' .. ("\\/"):rep(10000) .. '"', "a long string, escaped throughout")
is(encode(("x"):rep(5000) .. "\n"), '"' .. ("x"):rep(5000) .. '\\n"', "a long string, escaped at its end")

-- Arrays.
is(encode({ 1, "two", true, cjson.null }), '[1,"two",true,null]', "an array")
is(encode({ {}, { 1 }, { a = 1 } }), '[{},[1],{"a":1}]', "an array of tables")
is(encode({ 1, { 2, { 3 } } }), "[1,[2,[3]]]", "nested arrays")
is(encode({ 1, nil, 3 }), "[1,null,3]", "a hole is null")
is(encode({ [3] = 3 }), "[null,null,3]", "holes at the front")
is(encode({ [10] = 1 }), "[" .. ("null,"):rep(9) .. "1]", "up to 10 slots are never too sparse")
is(encode({ 1, 1, 1, 1, 1, [11] = 1 }), "[1,1,1,1,1,null,null,null,null,null,1]", "half filled")
local backwards = {}
for i = 9, 1, -1 do
    backwards[i] = i
end
is(encode(backwards), "[1,2,3,4,5,6,7,8,9]", "filled from its end")

-- Objects.
is(encode({ key = "value" }), '{"key":"value"}', "an object")
is(encode({ a = { b = { c = {} } } }), '{"a":{"b":{"c":{}}}}', "nested objects")
is(encode({ ["a/\"\n"] = 1 }), [[{"a\/\"\n":1}]], "keys are escaped like strings")
is(encode({ [""] = 1 }), '{"":1}', "an empty key")
is(encode({ [0] = 1 }), '{"0":1}', "0 is no array index")
is(encode({ [-1] = 1 }), '{"-1":1}', "neither is a negative number")
is(encode({ [1.5] = 1 }), '{"1.5":1}', "nor a fraction")
is(encode({ [2 ^ 31] = 1 }), '{"2147483648":1}', "nor what an int cannot hold")
is(encode({ [1e20] = 1 }), '{"1e+20":1}', "a number key is written as numbers are")
is_object(encode({ 1, 2, a = 3 }), '"1":1,"2":2,"a":3', "an array with a name is an object")
is_object(encode({ 1, 2, [2.5] = 3 }), '"1":1,"2":2,"2.5":3', "an array with a fraction is an object")
is_object(encode({ { 1 }, a = "x" }), '"1":[1],"a":"x"', "items that are tables, then a name")
is_object(encode({ a = 1, bb = "2", ccc = true, dddd = cjson.null }),
          '"a":1,"bb":"2","ccc":true,"dddd":null', "several members")

-- Each table decides for itself, however deep: this would double the work at each level if an
-- array that turns out to be an object were written twice.
local deep = { "leaf", x = 1 }
for _ = 1, 60 do
    deep = { deep, x = 1 }
end
is(#encode(deep), #'{"1":"leaf","x":1}' + 60 * #'{"1":,"x":1}', "mixed tables, 60 deep, in no time")

-- What has no JSON form.
local function unsupported(type_name)
    return "Cannot serialise " .. type_name .. ": type not supported"
end

raises(unsupported("function"), "a function", encode, print)
raises(unsupported("thread"), "a coroutine", encode, coroutine.create(print))
raises(unsupported("userdata"), "a userdata", encode, io.stdout)
raises(unsupported("cdata"), "a cdata", encode, 1LL)
raises(unsupported("function"), "a function in an array", encode, { 1, print })
raises(unsupported("function"), "a function in an object", encode, { a = print })

local bad_key = ": table key must be a number or string"
raises("Cannot serialise boolean" .. bad_key, "a boolean key", encode, { [true] = 1 })
raises("Cannot serialise table" .. bad_key, "a table key", encode, { [{}] = 1 })
raises("Cannot serialise userdata" .. bad_key, "null as a key", encode, { [cjson.null] = 1 })

local sparse = "Cannot serialise table: excessively sparse array"
raises(sparse, "11 slots for an item", encode, { [11] = 1 })
raises(sparse, "a million slots for an item", encode, { [1e6] = 1 })
raises(sparse, "11 slots for 5 items", encode, { 1, 1, 1, 1, [11] = 1 })
raises(sparse, "sparse, which hides the item that is wrong", encode, { print, [100] = 1 })

local invalid = "Cannot serialise number: must not be NaN or Infinity"
raises(invalid, "NaN", encode, 0 / 0)
raises(invalid, "Infinity", encode, 1 / 0)
raises(invalid, "NaN in an array", encode, { 1, 0 / 0 })
raises(invalid, "Infinity as a key", encode, { [1 / 0] = 1 })

raises("bad argument #1 to '?' (expected 1 argument)", "no argument", encode)
raises("bad argument #1 to '?' (expected 1 argument)", "two arguments", encode, 1, 2)
local function call_by_name()
    cjson.encode()
end
local _, err = pcall(call_by_name)
is(err:match("bad argument.*"), "bad argument #1 to 'encode' (expected 1 argument)",
   "the error names the function")

tap.done()
