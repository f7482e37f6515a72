-- Resource records of DNS replies, as Lua tables. All functions take the whole message and a
-- position, since names refer to other places in it.
local bit = require "bit"

local band = bit.band
local byte = string.byte
local concat = table.concat
local format = string.format
local sub = string.sub

local MAX_POINTERS = 128
-- Behind a record's name: type, class, TTL and the data's length.
local FIXED_SIZE = 10

local M = {
    SECTION_AN = 1,
    SECTION_NS = 2,
    SECTION_AR = 3,
    types = {
        A = 1,
        NS = 2,
        CNAME = 5,
        SOA = 6,
        PTR = 12,
        MX = 15,
        TXT = 16,
        AAAA = 28,
        SRV = 33,
        SPF = 99,
    },
}


local function uint2(data, pos)
    local high, low = byte(data, pos, pos + 1)
    return high * 0x100 + low
end


local function uint4(data, pos)
    return uint2(data, pos) * 0x10000 + uint2(data, pos + 2)
end


M.uint2 = uint2


-- Returns a name and the position behind it, or nil and an error.
local function read_name(data, pos)
    local labels = {}
    local pointers = 0
    local after

    while true do
        local length = byte(data, pos)
        if not length then
            return nil, "truncated"
        end

        if length == 0 then
            return concat(labels, "."), after or pos + 1
        end

        if band(length, 0xc0) ~= 0 then
            local low = byte(data, pos + 1)
            if not low then
                return nil, "truncated"
            end

            pointers = pointers + 1
            if pointers > MAX_POINTERS then
                return nil, "too many DNS name pointers"
            end

            after = after or pos + 2
            pos = band(length, 0x3f) * 0x100 + low + 1
        else
            if pos + length > #data then
                return nil, "truncated"
            end

            labels[#labels + 1] = sub(data, pos + 1, pos + length)
            pos = pos + 1 + length
        end
    end
end


M.read_name = read_name


-- Readers of the data of a record: they set fields and return true, or nil and an error.
local readers = {}


readers[M.types.A] = function(record, data, pos, length)
    if length ~= 4 then
        return nil, "bad A record value length: " .. length
    end

    record.address = format("%d.%d.%d.%d", byte(data, pos, pos + 3))
    return true
end


readers[M.types.AAAA] = function(record, data, pos, length)
    if length ~= 16 then
        return nil, "bad AAAA record value length: " .. length
    end

    local groups = {}
    for i = 1, 8 do
        groups[i] = format("%x", uint2(data, pos + 2 * (i - 1)))
    end

    record.address = concat(groups, ":")
    return true
end


-- A name that fills the data from `offset` on.
local function read_last_name(record, field, data, pos, length, offset, kind)
    local name, after = read_name(data, pos + offset)
    if not name then
        return nil, after
    end

    if after - pos ~= length then
        return nil, "bad " .. kind .. " record length: " .. after - pos .. " ~= " .. length
    end

    record[field] = name
    return true
end


local function name_reader(field)
    return function(record, data, pos, length)
        return read_last_name(record, field, data, pos, length, 0, "cname")
    end
end


readers[M.types.CNAME] = name_reader("cname")
readers[M.types.NS] = name_reader("nsdname")
readers[M.types.PTR] = name_reader("ptrdname")


readers[M.types.MX] = function(record, data, pos, length)
    if length < 3 then
        return nil, "bad MX record value length: " .. length
    end

    record.preference = uint2(data, pos)
    return read_last_name(record, "exchange", data, pos, length, 2, "cname")
end


readers[M.types.SRV] = function(record, data, pos, length)
    if length < 7 then
        return nil, "bad SRV record value length: " .. length
    end

    record.priority = uint2(data, pos)
    record.weight = uint2(data, pos + 2)
    record.port = uint2(data, pos + 4)
    return read_last_name(record, "target", data, pos, length, 6, "srv")
end


-- One text, or an array of several.
local function text_reader(field)
    return function(record, data, pos, length)
        local last = pos + length - 1
        local texts = {}

        while pos <= last do
            local ending = pos + byte(data, pos)
            if ending > last then
                ending = last
            end

            texts[#texts + 1] = sub(data, pos + 1, ending)
            pos = ending + 1
        end

        record[field] = #texts > 1 and texts or texts[1] or ""
        return true
    end
end


readers[M.types.TXT] = text_reader("txt")
readers[M.types.SPF] = text_reader("spf")


readers[M.types.SOA] = function(record, data, pos, length)
    local mname, after = read_name(data, pos)
    if not mname then
        return nil, after
    end

    local rname
    rname, after = read_name(data, after)
    if not rname then
        return nil, after
    end

    if after + 20 ~= pos + length then
        return nil, "bad SOA record value length: " .. length
    end

    record.mname = mname
    record.rname = rname
    record.serial = uint4(data, after)
    record.refresh = uint4(data, after + 4)
    record.retry = uint4(data, after + 8)
    record.expire = uint4(data, after + 12)
    record.minimum = uint4(data, after + 16)
    return true
end


-- Returns a record and the position behind it, or nil and an error.
function M.read(data, pos)
    local name, fixed = read_name(data, pos)
    if not name then
        return nil, fixed
    end

    local start = fixed + FIXED_SIZE
    if start - 1 > #data then
        return nil, "truncated"
    end

    local length = uint2(data, fixed + 8)
    if start + length - 1 > #data then
        return nil, "truncated"
    end

    local record = {
        name = name,
        type = uint2(data, fixed),
        class = uint2(data, fixed + 2),
        ttl = uint4(data, fixed + 4),
    }

    local reader = readers[record.type]
    if reader then
        local ok, err = reader(record, data, start, length)
        if not ok then
            return nil, err
        end
    else
        record.rdata = sub(data, start, start + length - 1)
    end

    return record, start + length
end


return M
