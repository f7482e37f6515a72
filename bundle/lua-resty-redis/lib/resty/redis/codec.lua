-- RESP2: commands as bytes, and replies read from a socket.
local new_tab = require "table.new"

local byte = string.byte
local min = math.min
local null = ngx.null
local select = select
local sub = string.sub
local tonumber = tonumber
local tostring = tostring
local type = type

local STATUS, ERROR, INTEGER, BULK, ARRAY = byte("+-:$*", 1, 5)

local LINE_END_SIZE = 2
-- Not more than that is believed of an array's length before its elements are there.
local MOST_PREALLOCATED = 4096

local M = {}


-- Puts a command into a string.buffer. The arguments end at the first nil.
function M.put_command(buf, command, ...)
    local count = 0
    while select(count + 1, ...) ~= nil do
        count = count + 1
    end

    buf:put("*", count + 1, "\r\n$", #command, "\r\n", command, "\r\n")

    for i = 1, count do
        local arg = select(i, ...)
        if type(arg) ~= "string" then
            arg = tostring(arg)
        end

        buf:put("$", #arg, "\r\n", arg, "\r\n")
    end
end


-- The same with arguments from an array, up to the first nil.
function M.put_command_array(buf, command, args)
    local count = #args

    buf:put("*", count + 1, "\r\n$", #command, "\r\n", command, "\r\n")

    for i = 1, count do
        local arg = tostring(args[i])
        buf:put("$", #arg, "\r\n", arg, "\r\n")
    end
end


local read_rest


local function read_array(sock, count)
    if count < 0 then
        return null
    end

    local array = new_tab(min(count, MOST_PREALLOCATED), 0)

    for i = 1, count do
        local line, err = sock:receive()
        if not line then
            return nil, err
        end

        local value
        value, err = read_rest(sock, line)
        if value == nil then
            return nil, err
        end

        array[i] = value == false and { false, err } or value
    end

    return array
end


-- The reply that begins with `line`. Returns its value; false and the text of an error reply; nil
-- and why it could not be read: the connection is then of no use any more.
function read_rest(sock, line)
    local prefix = byte(line)

    if prefix == BULK then
        local size = tonumber(sub(line, 2))
        if not size then
            return nil, "bad bulk reply"
        end

        if size < 0 then
            return null
        end

        local data, err = sock:receive(size + LINE_END_SIZE)
        if not data then
            return nil, err
        end

        data = sub(data, 1, size)
        return data
    end

    if prefix == STATUS then
        local text = sub(line, 2)
        return text
    end

    if prefix == INTEGER then
        local value = tonumber(sub(line, 2))
        if not value then
            return nil, "bad integer reply"
        end

        return value
    end

    if prefix == ARRAY then
        local count = tonumber(sub(line, 2))
        if not count then
            return nil, "bad array reply"
        end

        return read_array(sock, count)
    end

    if prefix == ERROR then
        return false, sub(line, 2)
    end

    return nil, 'unknown prefix: "' .. tostring(prefix) .. '"'
end


M.read_rest = read_rest

return M
