-- A developer's tool: asks this cjson and another one the same questions and shows where the answers differ.
--
--     luajit tests/compare.lua OUR/cjson.so OTHER/cjson.so [ROUNDS [SEED]]
--
-- The other may be any lua-cjson 2.1 for the same LuaJIT. The version that distributions package lacks
-- some of OpenResty's additions; OLDER below names the differences that come from that.

local our_path, other_path, rounds, seed = arg[1], arg[2], tonumber(arg[3] or 100000), tonumber(arg[4] or os.time())
local ours = assert(package.loadlib(our_path, "luaopen_cjson"))()
local other = assert(package.loadlib(other_path, "luaopen_cjson"))()

math.randomseed(seed)
local random, char = math.random, string.char

local OLDER = {
    { "T_INTEGER", "T_NUMBER" },                         -- it has no name of its own for integers
    { "NaN or Infinity", "NaN or Inf" },
    { "%-?NaN", "nan" }, { "Infinity", "inf" }, { "%-nan", "nan" },
}


local function pick(list)
    return list[random(#list)]
end


local function random_string(max)
    local bytes = {}
    local alphabet = random(3)
    for i = 1, random(0, max) do
        if alphabet == 1 then
            bytes[i] = char(random(97, 122))
        elseif alphabet == 2 then
            bytes[i] = pick{ "a", '"', "\\", "/", "\n", "\0", "\31", "\127", "\128", "é", " " }
        else
            bytes[i] = char(random(0, 255))
        end
    end
    return table.concat(bytes)
end


local function random_number()
    local kind = random(9)
    if kind == 1 then
        return random(-10, 10)
    elseif kind == 2 then
        return random(1e9) / 10 ^ random(0, 9)
    elseif kind == 3 then
        return random() * 10 ^ random(-320, 308)
    elseif kind == 4 then
        return random(2 ^ 30) * 2 ^ random(-60, 60)
    elseif kind == 5 then
        return pick{ 0, -0, 1e14, 1e15, 2 ^ 31, -2 ^ 31, 2 ^ 53, 1e-4, 99999999999999, 5e-324, 1e308 }
    elseif kind == 6 then
        return random(3) == 1 and pick{ 0 / 0, 1 / 0, -1 / 0 } or 1
    end
    return random(1e6)
end


local random_value


local function random_key()
    local kind = random(12)
    if kind <= 8 then
        return random_string(12)
    elseif kind == 9 then
        return random(-3, 12)
    elseif kind == 10 then
        -- Not what an int cannot hold: the other overflows there, and loses members.
        return pick{ 0.5, -1.5, 1e9, 123456.789 }
    elseif kind == 11 then
        return random(30)
    end
    return random(20) == 1 and pick{ true, print, -1 / 0 } or "k"
end


local function random_table(depth)
    local t = {}
    local kind = random(5)
    if kind <= 2 then
        for i = 1, random(0, 12) do
            t[i] = random_value(depth + 1)
        end
        if kind == 2 and #t > 0 then
            t[random(#t)] = nil
            t[random(20)] = random_value(depth + 1)
        end
    else
        for _ = 1, random(0, 8) do
            t[random_key()] = random_value(depth + 1)
        end
    end
    return t
end


function random_value(depth)
    local kind = random(20)
    if kind <= 6 and depth < 5 then
        return random_table(depth)
    elseif kind <= 11 then
        return random_string(pick{ 3, 8, 20, 60 })
    elseif kind <= 17 then
        return random_number()
    elseif kind == 18 then
        return random(2) == 1
    elseif kind == 19 then
        return ours.null
    end
    return random(10) == 1 and pick{ print, io.stdout, coroutine.create(print), 1LL } or true
end


-- Text that is nearly JSON.

local random_text


local function random_space()
    return random(6) == 1 and pick{ " ", "\n", "\t", "\r", "  \n ", "\f" } or ""
end


local function random_number_text()
    if random(3) == 1 then
        local length, parts = random(7), {}
        for i = 1, length do
            parts[i] = pick{ "0", "1", "9", "12345678901234567890", ".", "e", "E", "+", "-", "x", "a", "p" }
        end
        return table.concat(parts)
    end
    return pick{ "%.17g", "%.14g", "%g", "%d", "%.3f", "%e", "%a" }:format(random_number())
end


local function random_string_text()
    local parts = {}
    for i = 1, random(0, 6) do
        parts[i] = pick{ "abc", "\\n", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u12", "\\", "\\q", "é",
                         random_string(10), "\\u" .. ("%04x"):format(random(0, 65535)), "/", "0123456789abcdef" }
    end
    return '"' .. table.concat(parts) .. (random(30) == 1 and "" or '"')
end


local function random_container(open, close, depth, item)
    local parts = {}
    for i = 1, random(0, 5) do
        parts[i] = random_space() .. item(depth + 1) .. random_space()
    end
    return open .. table.concat(parts, random(40) == 1 and "" or ",") .. (random(40) == 1 and "" or close)
end


function random_text(depth)
    local kind = random(12)
    if kind <= 3 and depth < 5 then
        return random_container("[", "]", depth, random_text)
    elseif kind <= 6 and depth < 5 then
        return random_container("{", "}", depth, function(d)
            return random_string_text() .. random_space() .. (random(60) == 1 and "" or ":") .. random_text(d)
        end)
    elseif kind <= 8 then
        return random_string_text()
    elseif kind <= 10 then
        return random_number_text()
    end
    return pick{ "true", "false", "null", "nul", "inf", "-Infinity", "nan", "NaN", "+1", "/", "x" }
end


local function damage(text)
    if random(4) > 1 or #text == 0 then
        return text
    end
    local at = random(#text)
    return text:sub(1, at - 1) .. pick{ "", char(random(0, 255)), "\0", '"', "{", "]", ",", ":", "1" }
           .. text:sub(at + random(0, 1))
end


-- Comparing.

local function same(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then
        return a == b and (a ~= 0 or 1 / a == 1 / b) or a ~= a and b ~= b
    end
    for k, v in pairs(a) do
        if not same(v, b[k]) then
            return false
        end
    end
    for k in pairs(b) do
        if a[k] == nil then
            return false
        end
    end
    return true
end


local function older(text)
    for _, rule in ipairs(OLDER) do
        text = text:gsub(rule[1], rule[2])
    end
    return text
end


local different = 0


local function compare(what, input, good1, result1, good2, result2)
    if type(result1) == "string" and type(result2) == "string" and (what == "encode" or not good1) then
        result1, result2 = older(result1), older(result2)
    end
    if good1 == good2 and same(result1, result2) then
        return
    end
    different = different + 1
    print(("%s of %q:\n    ours  %s %q\n    other %s %q"):format(what, tostring(input), good1, tostring(result1),
                                                                 good2, tostring(result2)))
    if different == 20 then
        os.exit(1)
    end
end


local SETTINGS = {
    encode_number_precision = { 14, 14, 1, 7, 13 },
    encode_invalid_numbers = { false, true, "null" },
    encode_max_depth = { 1000, 3 },
    decode_max_depth = { 1000, 3 },
    decode_invalid_numbers = { true, false },
    encode_keep_buffer = { true, false },
}


local function change_settings()
    for name, values in pairs(SETTINGS) do
        local value = pick(values)
        ours[name](value)
        other[name](value)
    end
    -- Not ratio 0, which would write all slots up to the largest key.
    local convert, ratio, safe = random(2) == 1, random(3), random(0, 12)
    ours.encode_sparse_array(convert, ratio, safe)
    other.encode_sparse_array(convert, ratio, safe)
end


print("seed " .. seed)
for round = 1, rounds do
    if round % 50 == 1 then
        change_settings()
    end
    local value = random_value(0)
    local good1, result1 = pcall(ours.encode, value)
    compare("encode", result1, good1, result1, pcall(other.encode, value))
    local text = damage(random_text(0))
    good1, result1 = pcall(ours.decode, text)
    compare("decode", text, good1, result1, pcall(other.decode, text))
end
print(("%d rounds, %d differences"):format(rounds, different))
os.exit(different == 0 and 0 or 1)
