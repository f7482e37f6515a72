-- Replies of memcached's text protocol, read from a socket. Each function returns what the command
-- that it belongs to does. A connection that cannot be used any more is closed.
local byte = string.byte
local find = string.find
local sub = string.sub
local tonumber = tonumber

-- What follows the data of an item, and of the last one.
local LINE_END = "\r\n"
local LAST_END = "\r\nEND\r\n"

local M = {}


-- what: a number of bytes, or "*l" for a line.
local function receive(sock, what)
    local data, err = sock:receive(what)

    if not data then
        if err == "timeout" then
            sock:close()
        end

        return nil, err
    end

    return data
end


-- The words of `VALUE key flags size[ unique]` behind the first; nil for another line.
local function split_header(line)
    if sub(line, 1, 6) ~= "VALUE " then
        return nil
    end

    local key_end = find(line, " ", 7, true)
    local flags_end = key_end and find(line, " ", key_end + 1, true)
    if not flags_end then
        return nil
    end

    local size_end = find(line, " ", flags_end + 1, true)
    local size = tonumber(sub(line, flags_end + 1, size_end and size_end - 1))
    if not size then
        return nil
    end

    return sub(line, 7, key_end - 1), sub(line, key_end + 1, flags_end - 1), size,
           size_end and sub(line, size_end + 1)
end


-- The data of an item and what must follow it.
local function read_data(sock, size, ending)
    local data, err = receive(sock, size + #ending)
    if not data then
        return nil, err
    end

    if sub(data, size + 1) ~= ending then
        sock:close()
        return nil, "bad reply: no line end behind the value"
    end

    data = sub(data, 1, size)
    return data
end


-- The only item. Returns value, flags and unique id; nothing but nil if there is none; nil, nil,
-- nil and an error.
function M.item(sock)
    local line, err = receive(sock, "*l")
    if not line then
        return nil, nil, nil, err
    end

    if line == "END" then
        return nil
    end

    local key, flags, size, unique = split_header(line)
    if not key then
        return nil, nil, nil, line
    end

    local data
    data, err = read_data(sock, size, LAST_END)
    if not data then
        return nil, nil, nil, err
    end

    return data, flags, unique
end


function M.get(sock)
    local value, flags, _, err = M.item(sock)
    if err then
        return nil, nil, err
    end

    return value, flags
end


-- All items, as {[key] = {value, flags, unique id}}.
function M.items(sock, unescape_key)
    local items = {}

    while true do
        local line, err = receive(sock, "*l")
        if not line then
            return nil, err
        end

        if line == "END" then
            return items
        end

        local key, flags, size, unique = split_header(line)
        if not key then
            return nil, line
        end

        local data
        data, err = read_data(sock, size, LINE_END)
        if not data then
            return nil, err
        end

        items[unescape_key(key)] = { data, flags, unique }
    end
end


-- For a command that succeeds by one word, or another.
local function expecting(word, other)
    return function(sock)
        local line, err = receive(sock, "*l")
        if line == word or line and line == other then
            return 1
        end

        return nil, line or err
    end
end


M.stored = expecting("STORED")
M.touched = expecting("TOUCHED", "STORED")
M.deleted = expecting("DELETED")
M.ok = expecting("OK")


-- A number, as text.
function M.number(sock)
    local line, err = receive(sock, "*l")
    if not line then
        return nil, err
    end

    local first = byte(line)
    if not first or first < 48 or first > 57 then
        return nil, line
    end

    return line
end


function M.version(sock)
    local line, err = receive(sock, "*l")
    if line and sub(line, 1, 8) == "VERSION " then
        return sub(line, 9)
    end

    return nil, line or err
end


function M.stats(sock)
    local lines = {}

    while true do
        local line, err = receive(sock, "*l")
        if not line then
            return nil, err
        end

        if line == "END" then
            return lines
        end

        if find(line, "ERROR", 1, true) then
            return nil, line
        end

        lines[#lines + 1] = line
    end
end


return M
