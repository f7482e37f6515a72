-- What the server answers to a command: OK, an error, or a set of rows.
local bit = require "bit"
local new_tab = require "table.new"
local packet = require "resty.mysql.packet"

local band = bit.band
local byte = string.byte
local is_eof = packet.is_eof
local kind = packet.kind
local length_encoded = packet.length_encoded
local null = ngx.null
local sub = string.sub
local tonumber = tonumber
local uint2 = packet.uint2

local SERVER_MORE_RESULTS_EXISTS = 0x0008
local EOF_STATUS_OFFSET = 3
-- In a column definition: texts before the column's name, and from the fixed part's length to the
-- column's type.
local TEXTS_BEFORE_NAME = 4
local TYPE_OFFSET = 7

-- Columns of these types become numbers; BIGINT does not, since it may be too large for one.
local NUMBER_TYPES = {
    [0x00] = true, -- DECIMAL
    [0x01] = true, -- TINY
    [0x02] = true, -- SHORT
    [0x03] = true, -- LONG
    [0x04] = true, -- FLOAT
    [0x05] = true, -- DOUBLE
    [0x09] = true, -- INT24
    [0x0d] = true, -- YEAR
    [0xf6] = true, -- NEWDECIMAL
}

local M = {}


-- Returns nil, message, error number and SQL state, as read_result() does.
function M.parse_error(data, pos, last)
    local code = uint2(data, pos + 1)
    local state

    pos = pos + 3
    if byte(data, pos) == 35 then -- "#"
        state = sub(data, pos + 1, pos + 5)
        pos = pos + 6
    end

    return nil, sub(data, pos, last), code, state
end


local function more_results(status)
    return band(status, SERVER_MORE_RESULTS_EXISTS) ~= 0 and "again" or nil
end


local function parse_ok(data, pos, last)
    local result = new_tab(0, 5)

    result.affected_rows, pos = length_encoded(data, pos + 1)
    result.insert_id, pos = length_encoded(data, pos)
    result.server_status = uint2(data, pos)
    result.warning_count = uint2(data, pos + 2)
    pos = pos + 4

    if pos <= last then
        result.message = sub(data, pos, last)
    end

    return result, more_results(result.server_status)
end


-- The name of a column, and whether its values become numbers.
local function parse_column(data, pos)
    local length

    for _ = 1, TEXTS_BEFORE_NAME do
        length, pos = length_encoded(data, pos)
        pos = pos + (length or 0)
    end

    length, pos = length_encoded(data, pos)
    length = length or 0

    local name = sub(data, pos, pos + length - 1)
    local original_length
    original_length, pos = length_encoded(data, pos + length)

    local column_type = byte(data, pos + (original_length or 0) + TYPE_OFFSET)
    return name, column_type and NUMBER_TYPES[column_type] or false
end


local function read_columns(channel, count)
    local names, numeric = new_tab(count, 0), new_tab(count, 0)

    for i = 1, count do
        local data, pos, last = channel:read()
        if not data then
            return nil, pos
        end

        local found = kind(data, pos, last)
        if found ~= "DATA" then
            return nil, "bad field packet type: " .. found
        end

        names[i], numeric[i] = parse_column(data, pos)
    end

    local data, pos, last = channel:read()
    if not data then
        return nil, pos
    end

    if not is_eof(data, pos, last) then
        return nil, "unexpected packet type " .. kind(data, pos, last)
                    .. " while eof packet is expected"
    end

    return names, numeric
end


local function parse_value(data, pos, number)
    local length
    length, pos = length_encoded(data, pos)

    if not length then
        return null, pos
    end

    local value = sub(data, pos, pos + length - 1)
    if number then
        return tonumber(value), pos + length
    end

    return value, pos + length
end


local function parse_hash_row(data, pos, names, numeric)
    local count = #names
    local row = new_tab(0, count)

    for i = 1, count do
        row[names[i]], pos = parse_value(data, pos, numeric[i])
    end

    return row, pos
end


local function parse_array_row(data, pos, names, numeric)
    local count = #names
    local row = new_tab(count, 0)

    for i = 1, count do
        row[i], pos = parse_value(data, pos, numeric[i])
    end

    return row, pos
end


local function read_rows(channel, names, numeric, compact, estimate)
    local parse_row = compact and parse_array_row or parse_hash_row
    local rows = new_tab(estimate, 0)
    local count = 0

    while true do
        local data, pos, last = channel:read()
        if not data then
            return nil, pos
        end

        if is_eof(data, pos, last) then
            return rows, more_results(uint2(data, pos + EOF_STATUS_OFFSET))
        end

        if byte(data, pos) == 0xff then
            return M.parse_error(data, pos, last)
        end

        local row, ending = parse_row(data, pos, names, numeric)
        if ending ~= last + 1 then
            return nil, "malformed packet"
        end

        count = count + 1
        rows[count] = row
    end
end


-- Reads one result. Returns it, and "again" if another one follows; or nil, an error, and for the
-- server's own errors number and SQL state.
function M.read(channel, compact, estimate)
    local data, pos, last = channel:read()
    if not data then
        return nil, pos
    end

    local first = byte(data, pos)

    if first == 0x00 then
        return parse_ok(data, pos, last)
    end

    if first == 0xff then
        return M.parse_error(data, pos, last)
    end

    if first == 0xfb then
        return nil, "packet type LOCALINFILE not supported"
    end

    if is_eof(data, pos, last) then
        return nil, "packet type EOF not supported"
    end

    local names, numeric = read_columns(channel, (length_encoded(data, pos)))
    if not names then
        return nil, numeric
    end

    return read_rows(channel, names, numeric, compact, estimate)
end


return M
