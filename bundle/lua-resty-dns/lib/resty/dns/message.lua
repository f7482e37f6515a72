-- DNS messages (RFC 1035): queries as bytes, and replies as Lua tables.
local bit = require "bit"
local records = require "resty.dns.records"

local band = bit.band
local byte = string.byte
local char = string.char
local gmatch = string.gmatch
local read_name = records.read_name
local rshift = bit.rshift
local sub = string.sub
local uint2 = records.uint2

local HEADER_SIZE = 12
-- A record of the root's name, without data.
local MIN_RECORD_SIZE = 11

local CLASS_IN = 1
local FLAG_QR = 0x8000
local FLAG_TC = 0x0200
local FLAG_RD = 0x0100
local RCODE_MASK = 0x000f

local RCODE_TEXTS = {
    "format error",
    "server failure",
    "name error",
    "not implemented",
    "refused",
}

local M = {}


local function put_uint2(value)
    return char(rshift(value, 8), band(value, 0xff))
end


local function put_name(name)
    local encoded = ""

    for label in gmatch(name, "[^.]+") do
        encoded = encoded .. char(band(#label, 0xff)) .. label
    end

    return encoded .. "\0"
end


-- A query of one question. Returns nil and an error for a name that is none.
function M.build_query(id, name, qtype, no_recurse)
    if sub(name, 1, 1) == "." then
        return nil, "bad name"
    end

    return put_uint2(id) .. put_uint2(no_recurse and 0 or FLAG_RD)
           .. put_uint2(1) .. put_uint2(0) .. put_uint2(0) .. put_uint2(0)
           .. put_name(name) .. put_uint2(qtype) .. put_uint2(CLASS_IN)
end


-- Reads `count` records from pos on, into answers unless those are nil. Returns the position behind
-- them, or nil and an error.
local function read_section(data, pos, count, section, answers)
    for _ = 1, count do
        local record, after = records.read(data, pos)
        if not record then
            return nil, after
        end

        if answers then
            record.section = section
            answers[#answers + 1] = record
        end

        pos = after
    end

    return pos
end


-- Skips the question. Returns the position behind it, or nil and an error.
local function read_question(data)
    local questions = uint2(data, 5)
    if questions ~= 1 then
        return nil, "bad number of questions in DNS response: " .. questions
    end

    local name, pos = read_name(data, HEADER_SIZE + 1)
    if not name then
        return nil, pos
    end

    if pos + 3 > #data then
        return nil, "truncated"
    end

    local class = uint2(data, pos + 2)
    if class ~= CLASS_IN then
        return nil, "unknown query class " .. class .. " in DNS response"
    end

    return pos + 4
end


-- Returns the flags, or nil and an error and the id that was found.
local function check_header(data, id)
    if #data < HEADER_SIZE then
        return nil, "truncated"
    end

    local found = uint2(data, 1)
    if found ~= id then
        return nil, "id mismatch", found
    end

    local flags = uint2(data, 3)
    if band(flags, FLAG_QR) == 0 then
        return nil, "bad QR flag in the DNS response"
    end

    local count = uint2(data, 7) + uint2(data, 9) + uint2(data, 11)
    if band(flags, FLAG_TC) ~= 0 or count * MIN_RECORD_SIZE > #data - HEADER_SIZE then
        return nil, "truncated"
    end

    return flags
end


-- Returns an array of records, with errcode and errstr if the server reports an error; or nil and an
-- error and for "id mismatch" the id found. Authority and additional tell whether to list these.
function M.parse_reply(data, id, authority, additional)
    local flags, err, found = check_header(data, id)
    if not flags then
        return nil, err, found
    end

    local pos
    pos, err = read_question(data)
    if not pos then
        return nil, err
    end

    local answers = {}
    local code = band(flags, RCODE_MASK)
    if code ~= 0 then
        answers.errcode = code
        answers.errstr = RCODE_TEXTS[code] or "unknown"
    end

    pos, err = read_section(data, pos, uint2(data, 7), records.SECTION_AN, answers)

    if pos and (authority or additional) then
        pos, err = read_section(data, pos, uint2(data, 9), records.SECTION_NS,
                                authority and answers)
    end

    if pos and additional then
        pos, err = read_section(data, pos, uint2(data, 11), records.SECTION_AR, answers)
    end

    if not pos then
        return nil, err
    end

    return answers
end


-- A message as TCP has it: its length in front.
function M.frame(query)
    return { put_uint2(#query), query }
end


function M.frame_length(bytes)
    local high, low = byte(bytes, 1, 2)
    return high * 0x100 + low
end


return M
