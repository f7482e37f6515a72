-- Nesting of calls, memory, and documents beyond all measure.

local ffi = require "ffi"
local tap = require "tap"
local cjson = require "cjson"

local is, raises = tap.is, tap.raises


-- An encode inside an encode of the same instance.
local inner = setmetatable({}, {
    __len = function() return 2 end,
    __index = function(_, i) return cjson.encode({ "inner", i }) end,
})
is(cjson.encode({ "outer", inner, "end" }), [=[["outer",["[\"inner\",1]","[\"inner\",2]"],"end"]]=],
   "a metamethod encodes")

local failing = setmetatable({}, { __len = function() cjson.encode(print) end })
tap.ok(not pcall(cjson.encode, { "lost", failing }), "a metamethod's encode fails")
is(cjson.encode({ 1 }), "[1]", "and nothing of either is left")

local toggling = setmetatable({}, {
    __len = function()
        cjson.encode_keep_buffer(false)
        cjson.encode_keep_buffer(true)
        return 1
    end,
    __index = function() return ("x"):rep(10000) end,
})
is(#cjson.encode({ ("y"):rep(5000), toggling }), 15009, "a metamethod changes encode_keep_buffer")

-- Finalizers run in the middle of a decode or an encode and use the same instance.
local finalized = 0
local function leave_garbage()
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = function()
        finalized = finalized + 1
        cjson.decode([["\u0041 finalizer"]])
        cjson.encode({ "finalizer" })
    end
end
local document = "[" .. ([["an \"escaped\" text",]]):rep(200) .. "1]"
local want = cjson.encode(cjson.decode(document))
local wrong = 0
for _ = 1, 200 do
    leave_garbage()
    if cjson.encode(cjson.decode(document)) ~= want then
        wrong = wrong + 1
    end
end
collectgarbage()
is(wrong, 0, "finalizers do not disturb")
tap.ok(finalized > 0, "finalizers ran")

-- Coroutines, compiled traces.
local co = coroutine.wrap(function()
    for i = 1, 3 do
        coroutine.yield(cjson.encode({ i }))
    end
end)
is(co() .. co() .. co(), "[1][2][3]", "in a coroutine")
local total = 0
for i = 1, 1000 do
    total = total + cjson.decode(cjson.encode({ n = i })).n
end
is(total, 500500, "in a hot loop")

-- Beyond LuaJIT's stack: 8000 slots for one C function.
local unbound = cjson.new()
unbound.encode_max_depth(2147483647)
unbound.decode_max_depth(2147483647)
local array, object = {}, {}
for _ = 1, 100000 do
    array, object = { array }, { a = object }
end
local function too_deep(pattern, name, f, value)
    local good, err = pcall(f, value)
    tap.ok(not good and err:find(pattern), name)
end
too_deep("^Cannot serialise, excessive nesting %(%d+%)$", "arrays nested without end", unbound.encode, array)
too_deep("^Cannot serialise, excessive nesting %(%d+%)$", "objects nested without end", unbound.encode, object)
local deep = "^Found too many nested data structures %(%d+%) at character %d+$"
too_deep(deep, "array texts nested without end", unbound.decode, ("["):rep(100000))
too_deep(deep, "object texts nested without end", unbound.decode, ('{"a":'):rep(100000))
local text = ("["):rep(5000) .. ("]"):rep(5000)
is(unbound.encode(unbound.decode(text)), ("["):rep(4999) .. "{}" .. ("]"):rep(4999), "5000 levels and back")

-- Large documents.
local big = {}
for i = 1, 20000 do
    big[i] = { id = i, name = ("n"):rep(i % 50), tags = { "a", "b\n", i / 4 } }
end
local encoded = cjson.encode(big)
tap.is_tree(cjson.decode(encoded), big, "a document of " .. math.floor(#encoded / 1e6) .. " MB")
local all_bytes = {}
for byte = 0, 255 do
    all_bytes[byte + 1] = string.char(byte)
end
all_bytes = table.concat(all_bytes):rep(1000)
is(cjson.decode(cjson.encode(all_bytes)), all_bytes, "every byte comes back")

-- Texts that end within their first string: the decoder's buffer is still empty.
for _, wrong in ipairs{ '"', '["', '{"', '{"a":"' } do
    raises(("Expected %s but found unexpected end of string at character %d"):format(
           wrong == '{"' and "object key string" or "value", #wrong + 1), wrong, cjson.decode, wrong)
end

-- Nothing is left behind: neither by success nor by failure.
local function resident()
    local file = io.open("/proc/self/statm")
    if not file then
        return 0
    end
    local pages = tonumber(file:read("*a"):match("^%d+ (%d+)"))
    file:close()
    return pages
end
local function churn()
    for _ = 1, 2000 do
        local instance = cjson.new()
        instance.encode_indent((" "):rep(1000))
        instance.encode(("x"):rep(2000))
        pcall(instance.decode, [["\n ]] .. ("x"):rep(2000))
        pcall(instance.encode, { ("x"):rep(2000), print })
        pcall(cjson.encode, setmetatable({}, { __len = function() pcall(cjson.encode, { print }) error("x") end }))
    end
    collectgarbage()
    collectgarbage()
end
for _ = 1, 3 do
    churn() -- until the allocator has settled
end
local before = resident()
for _ = 1, 3 do
    churn()
end
local grown = resident() - before
-- The address sanitizer keeps freed memory for a while; it looks for leaks by itself.
ffi.cdef("void __asan_init(void);")
local sanitized = pcall(function() return ffi.C.__asan_init end)
tap.ok(grown < 512 or sanitized, "memory stays: " .. grown .. " pages more")

tap.done()
