-- What JSON text becomes, and what is wrong with text that is none; default settings.

local tap = require "tap"
local cjson = require "cjson"

local is, is_tree, raises = tap.is, tap.is_tree, tap.raises
local decode = cjson.decode


is(decode("null"), cjson.null, "null")
is(decode("true"), true, "true")
is(decode("false"), false, "false")
is(decode('"text"'), "text", "a string")
is(decode('""'), "", "an empty string")
is(decode("17"), 17, "a number")
is(decode(17), 17, "a number instead of a text is its text")
is_tree(decode("{}"), {}, "an empty object")
is_tree(decode("[]"), {}, "an empty array")
is_tree(decode('[1,"two",true,false,[],{}]'), { 1, "two", true, false, {}, {} }, "an array")
is_tree(decode('{"a":1,"b":{"c":[2]}}'), { a = 1, b = { c = { 2 } } }, "an object")
is_tree(decode('{"1":1}'), { ["1"] = 1 }, "keys are strings")
is_tree(decode('{"a":1,"a":2}'), { a = 2 }, "of two members with one name the last counts")
is(decode("[null]")[1], cjson.null, "null in an array is a value")
is_tree(decode(" \t\r\n{ \"a\" :\t[ 1 ,\n2 ] , \"b\":{ } }\r\n "), { a = { 1, 2 }, b = {} }, "space everywhere")
is(getmetatable(decode("[]")), nil, "tables have no metatable")

local long = {}
for i = 1, 1000 do
    long[i] = i
end
is_tree(decode(cjson.encode(long)), long, "a long array")

-- Strings.
is(decode([["\"\\\/\b\f\n\r\t"]]), '"\\/\b\f\n\r\t', "short escapes")
is(decode([["\u0041\u00e9\u20AC\uffff"]]), "A\195\169\226\130\172\239\191\191", "Unicode escapes")
is(decode([["\u0000\u007f\u0080\u07ff\u0800"]]), "\0\127\194\128\223\191\224\160\128",
   "the borders of UTF-8's lengths")
is(decode([["\ud83d\ude00"]]), "\240\159\152\128", "a surrogate pair")
is(decode([["\uDBFF\uDFFF\ud800\udc00"]]), "\244\143\191\191\240\144\128\128", "first and last pair")
is(decode('"\1\n\127\255\192"'), "\1\n\127\255\192", "raw bytes, control characters too")
is(decode('{"a\\nb":1}')["a\nb"], 1, "an escape in a key")

-- The decoder looks at 8 and 16 bytes of a string at a time.
local function found_everywhere()
    for length = 0, 40 do
        for place = 0, length do
            local before, after = ("a"):rep(place), ("\200"):rep(length - place)
            if decode('"' .. before .. "\\n" .. after .. '"') ~= before .. "\n" .. after
               or decode('["' .. before .. '","' .. after .. '"]')[2] ~= after then
                return false
            end
        end
    end
    return true
end
tap.ok(found_everywhere(), "quotes and escapes at each place")

-- Each of these at its place.
local function expected(what, found, position, text)
    raises(("Expected %s but found %s at character %d"):format(what, found, position), text, decode, text)
end

expected("value", "T_END", 1, "")
expected("value", "T_END", 4, "   ")
expected("value", "T_OBJ_END", 2, "[}")
expected("value", "T_OBJ_END", 1, "}")
expected("value", "T_ARR_END", 4, "[1,]")
expected("value", "T_COMMA", 2, "[,1]")
expected("value", "T_COLON", 1, ":")
expected("value", "T_COMMA", 6, '{"a":,"b":1}')
expected("value", "T_END", 21, '{ "unexpected eof": ')
expected("object key string", "T_OBJ_END", 8, '{"a":1,}')
expected("object key string", "T_ARR_END", 2, "{]")
expected("object key string", "T_INTEGER", 2, "{1:2}")
expected("object key string", "T_NUMBER", 2, "{1.5:2}")
expected("object key string", "T_NULL", 2, "{null:2}")
expected("object key string", "T_END", 2, "{")
expected("colon", "T_INTEGER", 6, '{"a" 1}')
expected("colon", "T_COMMA", 5, '{"a","b"}')
expected("comma or object end", "T_STRING", 8, '{"a":1 "b":2}')
expected("comma or object end", "T_ARR_END", 7, '{"a":1]')
expected("comma or array end", "T_OBJ_BEGIN", 4, "[1 {")
expected("comma or array end", "T_ARR_BEGIN", 4, "[1 [")
expected("comma or array end", "T_BOOLEAN", 4, "[1 true]")
expected("comma or array end", "T_BOOLEAN", 4, "[1 false]")
expected("comma or array end", "T_INTEGER", 4, "[1 -2]")
expected("comma or array end", "T_NUMBER", 4, "[1 2e3]")
expected("comma or array end", "T_NUMBER", 4, "[1 0x2]")
expected("comma or array end", "T_NUMBER", 4, "[1 nan]")
expected("comma or array end", "T_END", 3, "[1")
expected("comma or array end", "invalid token", 6, "[ 0.4eg10 ]")
expected("the end", "T_COMMA", 23, '{ "extra data": true }, false')
expected("the end", "T_NULL", 5, "nullnull")
expected("the end", "invalid token", 5, "nulll")
expected("the end", "invalid token", 4, "Infrared")
expected("the end", "invalid token", 3, "1 \f")

for _, text in ipairs{ "nul", "tru", "fals", "TRUE", "Null", "x", "'a'", "/", "//", "#", "\239\187\1911",
                       ".5", "undefined" } do
    expected("value", "invalid token", 1, text)
end

-- Wrong strings: where the text goes wrong, not where the string begins.
expected("value", "unexpected end of string", 5, '"abc')
expected("value", "unexpected end of string", 3, '"a\0b"')
expected("value", "unexpected end of string", 8, '["a\\n\\"')
expected("value", "invalid escape code", 5, '"abc\\q"')
expected("value", "invalid escape code", 5, '"abc\\')
expected("value", "invalid escape code", 2, '"\\U0041"')
expected("value", "invalid unicode escape code", 2, '"\\uDB00"')
expected("value", "invalid unicode escape code", 3, '"a\\u12"')
expected("value", "invalid unicode escape code", 2, '"\\u12g4"')
expected("value", "invalid unicode escape code", 2, '"\\u')
expected("value", "invalid unicode escape code", 2, '"\\udc00"')
expected("value", "invalid unicode escape code", 2, '"\\ud800x"')
expected("value", "invalid unicode escape code", 2, '"\\ud800\\u0041"')
expected("value", "invalid unicode escape code", 2, '"\\ud800\\ud800"')
expected("value", "invalid unicode escape code", 8, '"\\u0041\\ud800\\u12"')
expected("object key string", "unexpected end of string", 4, '{"a')
expected("comma or array end", "invalid escape code", 5, '[1 "\\x"]')

-- NUL ends the text.
is_tree(decode("[] \0x"), {}, "what follows a NUL is not looked at")
expected("comma or array end", "T_END", 3, "[1\0]")
local wide = "JSON parser does not support UTF-16 or UTF-32"
raises(wide, "UTF-16, little end first", decode, "[\0]\0")
raises(wide, "UTF-16, big end first", decode, "\0[\0]")
expected("value", "T_END", 1, "\0")

raises("bad argument #1 to '?' (expected 1 argument)", "no argument", decode)
raises("bad argument #1 to '?' (expected 1 argument)", "two arguments", decode, "1", "2")
raises("bad argument #1 to '?' (string expected, got nil)", "nil", decode, nil)
raises("bad argument #1 to '?' (string expected, got table)", "a table", decode, {})

local function call_in_lua()
    cjson.decode("x")
end
local _, err = pcall(call_in_lua)
tap.ok(err:find("^.-decode%.lua:%d+: Expected value but found invalid token at character 1$"),
       "the error tells which line called")

tap.done()
