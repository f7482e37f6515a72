-- Numbers in both directions.

local ffi = require "ffi"
local tap = require "tap"
local cjson = require "cjson"

local is, raises = tap.is, tap.raises


-- C's printf is the measure; LuaJIT's string.format rounds ties the other way.
ffi.cdef[[
int snprintf(char *text, size_t size, const char *format, ...);
]]
local text_buffer = ffi.new("char[64]")


local function printf(digits, n)
    local length = ffi.C.snprintf(text_buffer, 64, "%." .. digits .. "g", ffi.new("double", n))
    return ffi.string(text_buffer, length)
end


local function writes(n, text)
    is(cjson.encode(n), text, "writes " .. text)
end

writes(0, "0")
writes(-0, "-0")
writes(-1, "-1")
writes(2 ^ 31, "2147483648")
writes(-2 ^ 31 - 1, "-2147483649")
writes(99999999999999, "99999999999999")
writes(1e14, "1e+14")
writes(123456789012345, "1.2345678901234e+14")
writes(2 ^ 53, "9.007199254741e+15")
writes(0.1, "0.1")
writes(-0.5, "-0.5")
writes(19.99, "19.99")
writes(2247.51, "2247.51")
writes(0.1 + 0.2, "0.3")
writes(1 / 3, "0.33333333333333")
writes(2 / 3, "0.66666666666667")
writes(1e-4, "0.0001")
writes(1e-5, "1e-05")
writes(0.00012345, "0.00012345")
writes(123456789.123456789, "123456789.12346")
writes(1e15, "1e+15")
writes(1e100, "1e+100")
writes(5e-324, "4.9406564584125e-324")
writes(1.7976931348623157e308, "1.7976931348623e+308")

local with_digits = {}
for digits = 1, 16 do
    with_digits[digits] = cjson.new()
    with_digits[digits].encode_number_precision(digits)
end

local function same_as_printf(make, name)
    local wrong
    for i = 1, 20000 do
        local n = make(i)
        for _, digits in ipairs{ 14, 1 + i % 16 } do
            local text = with_digits[digits].encode(n)
            if text ~= printf(digits, n) then
                wrong = ("%.17g with %d digits: %s"):format(n, digits, text)
            end
        end
    end
    is(wrong, nil, "the same as printf: " .. name)
end

math.randomseed(1)
local random = math.random
same_as_printf(function(i) return i / 100 end, "cents")
same_as_printf(function(i) return -i / 1000 end, "negative thousandths")
same_as_printf(function() return random(1e9) / 1e6 end, "six places")
same_as_printf(function() return random(1e9) / 2 ^ random(40) end, "binary fractions")
same_as_printf(function() return random() end, "random fractions")
same_as_printf(function() return random() * 10 ^ random(-30, 30) end, "random sizes")
same_as_printf(function() return random(2 ^ 30) * 2 ^ random(0, 40) end, "integers")
same_as_printf(function() return math.floor(random() * 1e14) / 10 ^ random(14) end, "14 digits")

local precise = cjson.new()
precise.encode_number_precision(16)
is(precise.encode(2 ^ 53), "9007199254740992", "16 digits: 2^53")
is(precise.encode(806.60133800000006), "806.6013380000001", "16 digits: one more than a double keeps")
is(precise.encode(1e16), "1e+16", "16 digits: too long an integer")
precise.encode_number_precision(3)
is(precise.encode(1234), "1.23e+03", "3 digits: an integer")
is(precise.encode(999.9), "1e+03", "3 digits: a fraction rounded up")
is(precise.encode(0.5), "0.5", "3 digits: a short fraction")
precise.encode_number_precision(1)
is(precise.encode(9.5), "1e+01", "1 digit: to the even one")
is(precise.encode(8.5), "8", "1 digit: to the even one again")


local function reads(text, n)
    is(cjson.decode(text), n, "reads " .. text)
end

reads("0", 0)
reads("-0", -0)
reads("-0.0", -0)
reads("10", 10)
reads("-123", -123)
reads("5.", 5)
reads("-.5", -0.5)
reads("1.5", 1.5)
reads("0.1", 0.1)
reads("1e5", 1e5)
reads("1E+5", 1e5)
reads("1.e5", 1e5)
reads("25e-1", 2.5)
reads("0e5", 0)
reads("9007199254740993", 2 ^ 53)
reads("9223372036854775807", 2 ^ 63)
reads("18446744073709551616", 2 ^ 64)
reads("123456789012345678901234567890", 123456789012345678901234567890)
reads("0.30000000000000004", 0.30000000000000004)
reads("2.2250738585072011e-308", 2.2250738585072011e-308)
reads("4.9e-324", 4.9e-324)
reads("2e-324", 0)
reads("-1e-400", -0)
reads("1.7976931348623157e308", 1.7976931348623157e308)
reads("1e400", math.huge)
reads("-1e400", -math.huge)
reads("1e99999999999999999999", math.huge)
reads("1e-99999999999999999999", 0)
reads("0e99999999999999999999", 0)
reads("1" .. ("0"):rep(400), math.huge)
reads("0." .. ("0"):rep(400) .. "1", 0)
reads("0." .. ("0"):rep(400) .. "1e401", 1)
reads(("9"):rep(400) .. "e-400", 1)

local wrong
for i = 1, 20000 do
    local n = random() * 10 ^ random(-300, 300)
    if cjson.decode(("%.17g"):format(n)) ~= n then
        wrong = ("%.17g"):format(n)
    end
end
is(wrong, nil, "17 digits give the same number back")


-- What JSON does not have, allowed by default.
reads("0123", 123)
reads("-00", -0)
reads("+1", 1)
reads("0x1F", 31)
reads("-0X10", -16)
reads("0x.8", 0.5)
reads("0x1.8p1", 3)
reads("0x1p-3", 0.125)
reads("0x1p2000", math.huge)
reads("-0x1p-2000", -0)
reads("0x0." .. ("0"):rep(300) .. "1", 0)
reads("0x" .. ("f"):rep(300), math.huge)
for _, text in ipairs{ "inf", "Inf", "INF", "+inf", "infinity", "INFINITY", "Infinity" } do
    reads(text, math.huge)
    if text:sub(1, 1) ~= "+" then
        reads("-" .. text, -math.huge)
    end
end
for _, text in ipairs{ "nan", "NaN", "NAN", "-nan", "nan(12)" } do
    reads(text, 0 / 0)
end

local function refuses(decode, what, found, position, text)
    raises(("Expected %s but found %s at character %d"):format(what, found, position), "refuses " .. text,
           decode, text)
end

for _, text in ipairs{ "-", "--1", "- 1", "-x", "+", "-i", "-." } do
    refuses(cjson.decode, "value", "invalid number", 1, text)
end
for text, position in pairs{ ["1e"] = 2, ["1e+"] = 2, ["1a"] = 2, ["0x"] = 2, ["0xg"] = 2, ["0x1p"] = 4,
                             ["0x1p+-1"] = 4, ["1.5.5"] = 4, ["1_000"] = 2, infini = 4, nanx = 4 } do
    refuses(cjson.decode, "the end", "invalid token", position, text)
end
refuses(cjson.decode, "the end", "T_INTEGER", 2, "1-2")

local strict = cjson.new()
strict.decode_invalid_numbers(false)
for _, text in ipairs{ "0", "-0", "10", "0.5", "5.", "-.5", "1e5", "1e400" } do
    is(strict.decode(text), cjson.decode(text), "strict: reads " .. text)
end
for _, text in ipairs{ "0123", "00", "-00", "0x1F", "-0x10", "0x", "0X", "-inf", "-nan", "-" } do
    refuses(strict.decode, "value", "invalid number", 1, text)
end
for _, text in ipairs{ "inf", "Infinity", "nan", "NaN", "+1" } do
    refuses(strict.decode, "value", "invalid token", 1, text)
end

tap.done()
