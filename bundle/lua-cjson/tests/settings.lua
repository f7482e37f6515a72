-- The functions that read and change settings, and what each setting does.

local tap = require "tap"
local cjson = require "cjson"

local is, is_tree, raises = tap.is, tap.is_tree, tap.raises


-- A boolean setting: its default, every way to set it, and what it refuses.
local function is_boolean(name, default)
    local set = cjson.new()[name]
    is(set(), default, name .. ": the default")
    is(set(nil), default, name .. ": nil changes nothing")
    is(set(not default), not default, name .. ": the other value")
    is(set(), not default, name .. ": it stays")
    is(set("on"), true, name .. ": on")
    is(set("off"), false, name .. ": off")
    is(cjson[name](), default, name .. ": an instance has its own")
    raises("bad argument #1 to '?' (invalid option 'ON')", name .. " 'ON'", set, "ON")
    raises("bad argument #1 to '?' (invalid option '1')", name .. " 1", set, 1)
    raises("bad argument #1 to '?' (string expected, got table)", name .. " {}", set, {})
    raises("bad argument #2 to '?' (found too many arguments)", name .. " with two", set, true, true)
end

is_boolean("encode_keep_buffer", true)
is_boolean("encode_empty_table_as_object", true)
is_boolean("encode_escape_forward_slash", true)
is_boolean("encode_skip_unsupported_value_types", false)
is_boolean("decode_invalid_numbers", true)
is_boolean("decode_array_with_array_mt", false)
is_boolean("decode_allow_comment", false)


local function is_integer(name, default, max)
    local set = cjson.new()[name]
    local range = ("bad argument #1 to '?' (expected integer between 1 and %d)"):format(max)
    is(set(), default, name .. ": the default")
    is(set(nil), default, name .. ": nil changes nothing")
    is(set(7), 7, name .. ": another value")
    is(set(), 7, name .. ": it stays")
    is(set(max), max, name .. ": the largest")
    is(set("5"), 5, name .. ": a number in a string")
    is(cjson[name](), default, name .. ": an instance has its own")
    raises(range, name .. " 0", set, 0)
    raises(range, name .. " too large", set, max + 1)
    raises(range, name .. " infinity", set, math.huge)
    raises(range, name .. " NaN", set, 0 / 0)
    raises("bad argument #1 to '?' (number expected, got string)", name .. " 'x'", set, "x")
    raises("bad argument #1 to '?' (number expected, got boolean)", name .. " true", set, true)
    raises("bad argument #2 to '?' (found too many arguments)", name .. " with two", set, 1, 2)
end

is_integer("encode_max_depth", 1000, 2147483647)
is_integer("decode_max_depth", 1000, 2147483647)
is_integer("encode_number_precision", 14, 16)


local function nested(depth)
    local t = {}
    for _ = 2, depth do
        t = { t }
    end
    return t
end

tap.ok(pcall(cjson.encode, nested(1000)), "1000 levels are written by default")
raises("Cannot serialise, excessive nesting (1001)", "1001 levels are not", cjson.encode, nested(1001))
tap.ok(pcall(cjson.decode, ("["):rep(1000) .. ("]"):rep(1000)), "1000 levels are read by default")
raises("Found too many nested data structures (1001) at character 1001", "1001 levels are not",
       cjson.decode, ("["):rep(1001))

local c = cjson.new()
c.encode_max_depth(2)
is(c.encode({ {} }), "[{}]", "encode_max_depth: as deep as allowed")
raises("Cannot serialise, excessive nesting (3)", "encode_max_depth: an array too deep", c.encode, { { 1, {} } })
raises("Cannot serialise, excessive nesting (3)", "encode_max_depth: an object too deep", c.encode,
       { a = { b = {} } })
is(c.encode({ {}, {}, { 1 } }), "[{},{},[1]]", "encode_max_depth: neighbours do not add up")
c.decode_max_depth(2)
is_tree(c.decode('[[],{},{"a":1}]'), { {}, {}, { a = 1 } }, "decode_max_depth: as deep as allowed")
raises("Found too many nested data structures (3) at character 9", "decode_max_depth: too deep", c.decode,
       '[1,[2,  [')
raises("Found too many nested data structures (3) at character 7", "decode_max_depth: an object too deep",
       c.decode, '{"a":[{}]}')


-- encode_sparse_array
local set = cjson.new().encode_sparse_array
local function values(...)
    return table.concat({ tostring((...)), select(2, ...) }, " ")
end
is(values(set()), "false 2 10", "encode_sparse_array: the defaults")
is(values(set(nil, nil, nil)), "false 2 10", "encode_sparse_array: nil changes nothing")
is(values(set(true, 3, 4)), "true 3 4", "encode_sparse_array: new values")
is(values(set(nil, nil, 9)), "true 3 9", "encode_sparse_array: the last alone")
is(values(set("off", 0, 0)), "false 0 0", "encode_sparse_array: zeros")
raises("bad argument #4 to '?' (found too many arguments)", "encode_sparse_array with four", set, true, 1, 1, 1)
raises("bad argument #1 to '?' (invalid option 'x')", "encode_sparse_array 'x'", set, "x")
raises("bad argument #2 to '?' (number expected, got string)", "encode_sparse_array true, 'x'", set, true, "x")
raises("bad argument #1 to '?' (expected integer between 0 and 2147483647)",
       "encode_sparse_array: the range error names argument 1 always", set, true, 1, -1)

c = cjson.new()
c.encode_sparse_array(true)
is(c.encode({ [100] = 1 }), '{"100":1}', "convert: a sparse array becomes an object")
is(c.encode({ { [100] = 1 }, 2 }), '[{"100":1},2]', "convert: inside an array")
c.encode_sparse_array(true, 1, 3)
is(c.encode({ [3] = 1 }), "[null,null,1]", "ratio 1, safe 3: safe")
is(c.encode({ [4] = 1 }), '{"4":1}', "ratio 1, safe 3: one slot more")
is(c.encode({ 1, 2, 3, 4 }), "[1,2,3,4]", "ratio 1, safe 3: full")
c.encode_sparse_array(false, 0)
is(#c.encode({ [1000] = 1 }), #"[null,1]" + 998 * #"null,", "ratio 0: never sparse")


-- encode_invalid_numbers
set = cjson.new().encode_invalid_numbers
is(set(), false, "encode_invalid_numbers: the default")
is(set(true), true, "encode_invalid_numbers: true")
is(set("null"), "null", "encode_invalid_numbers: null")
is(set(), "null", "encode_invalid_numbers: it stays")
is(set("off"), false, "encode_invalid_numbers: off")
raises("bad argument #1 to '?' (invalid option 'maybe')", "encode_invalid_numbers 'maybe'", set, "maybe")
raises("bad argument #2 to '?' (found too many arguments)", "encode_invalid_numbers with two", set, true, 1)

c = cjson.new()
c.encode_invalid_numbers(true)
is(c.encode({ 0 / 0, -(0 / 0), 1 / 0, -1 / 0 }), "[NaN,NaN,Infinity,-Infinity]", "true: written")
is(c.encode({ [1 / 0] = 1 }), '{"Infinity":1}', "true: as a key")
c.encode_invalid_numbers("null")
is(c.encode({ 0 / 0, 1, -1 / 0 }), "[null,1,null]", "null: null")
is(c.encode({ [-1 / 0] = 1 }), '{"null":1}', "null: as a key")


-- The booleans.
c = cjson.new()
c.encode_escape_forward_slash(false)
is(c.encode("a/b/" .. ("/"):rep(40) .. '"'), '"a/b/' .. ("/"):rep(40) .. '\\""', "slashes as they are")
is(c.encode({ ["a/b"] = 1 }), '{"a/b":1}', "slashes in a key too")
is(cjson.encode("/"), [["\/"]], "but only in this instance")

c.encode_empty_table_as_object(false)
is(c.encode({ {}, { a = {} } }), '[[],{"a":[]}]', "empty tables as arrays")

c = cjson.new()
c.encode_skip_unsupported_value_types(true)
is(c.encode({ a = print, b = 1 }), '{"b":1}', "skipping members")
is(c.encode({ a = print }), "{}", "skipping the only member")
is(c.encode({ 1, print, 2, io.stdout, coroutine.create(print), 1LL, 3 }), "[1,2,3]", "skipping items")
is(c.encode({ print }), "[]", "skipping the only item")
is(c.encode({ { print }, { a = { print } } }), '[[],{"a":[]}]', "skipping deeper")
is(c.encode(print), "", "skipping all there is")
raises("Cannot serialise boolean: table key must be a number or string", "skipping does not mean keys", c.encode,
       { [true] = 1 })

c = cjson.new()
c.encode_keep_buffer(false)
is(c.encode({ 1, 2 }), "[1,2]", "without a kept buffer")
is(c.encode({ 3 }), "[3]", "without a kept buffer, again")
c.encode_keep_buffer(true)
is(c.encode({ 4 }), "[4]", "with one again")

c = cjson.new()
c.decode_array_with_array_mt(true)
local t = c.decode('[[],{"a":[1]}]')
is(getmetatable(t), cjson.array_mt, "array_mt: on the array")
is(getmetatable(t[1]), cjson.array_mt, "array_mt: on an empty one")
is(getmetatable(t[2].a), cjson.array_mt, "array_mt: on one in an object")
is(getmetatable(t[2]), nil, "array_mt: not on an object")
is(c.encode(t), '[[],{"a":[1]}]', "array_mt: an empty array comes back as one")


-- decode_allow_comment
local function comment(text, tree)
    is_tree(c.decode(text), tree, "comment: " .. text)
end
c = cjson.new()
c.decode_allow_comment(true)
comment("// first\n[1, // one\n2]// last", { 1, 2 })
comment("/**/[/* a */1/* b */,/* c\nd */2/***/]/**/", { 1, 2 })
comment('/*1*//*2*/{//3\n"a"/*4*/:/*5*/1//6\n,/*7*/"b":2/*8*/}', { a = 1, b = 2 })
comment('["// no", "/* no */"]', { "// no", "/* no */" })
comment("1 //", 1)
comment("1 // \r still the comment\n  ", 1)
local function comment_error(what, found, position, text)
    raises(("Expected %s but found %s at character %d"):format(what, found, position), text, c.decode, text)
end
comment_error("value", "unclosed multi-line comment", 1, "/* 1")
comment_error("value", "unclosed multi-line comment", 2, "[/*/ 1]")
comment_error("comma or array end", "unclosed multi-line comment", 4, "[1 /* 2]")
comment_error("the end", "unclosed multi-line comment", 4, "[] /* \0 */")
comment_error("value", "invalid token", 1, "/ 1")
comment_error("the end", "invalid token", 3, "1 /")
comment_error("value", "T_END", 11, "// nothing")
raises("Expected value but found invalid token at character 1", "no comments by default", cjson.decode, "// c\n1")


-- encode_indent
c = cjson.new()
set = c.encode_indent
is(set(), "", "encode_indent: the default")
is(set("  "), "  ", "encode_indent: two spaces")
is(set(nil), "  ", "encode_indent: nil changes nothing")
raises("bad argument #1 to '?' (string expected, got boolean)", "encode_indent true", set, true)
raises("bad argument #2 to '?' (found too many arguments)", "encode_indent with two", set, "", "")
is(c.encode({ 1, { a = {}, }, { 2, cjson.empty_array } }), [=[
[
  1,
  {
    "a": {}
  },
  [
    2,
    []
  ]
]]=], "encode_indent: a document")
is(c.encode("x"), '"x"', "encode_indent: no container")
c.encode_skip_unsupported_value_types(true)
is(c.encode({ { print }, { a = print } }), "[\n  [],\n  {}\n]", "encode_indent: containers emptied by skipping")
set("\t")
is(c.encode({ [2] = 1 }), "[\n\tnull,\n\t1\n]", "encode_indent: a tab")
set("")
is(c.encode({ 1, { 2 } }), "[1,[2]]", "encode_indent: off")

tap.done()
