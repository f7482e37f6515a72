-- Readers of message bodies: reader(max) returns the next piece, nil at the end; nil, an error and
-- what was read before it. After that it is as dead as the coroutine that it once was.
local http_headers = require "resty.http_headers"

local ERR = ngx.ERR
local find = string.find
local log = ngx.log
local match = string.match
local sub = string.sub
local tonumber = tonumber
local type = type

local DEAD = "can't resume a dead coroutine"

local M = {}


-- Header fields up to the empty line, or nil and an error.
function M.read_headers(sock)
    local headers = http_headers.new()

    while true do
        local line, err = sock:receive()
        if not line then
            return nil, err
        end

        if line == "" then
            return headers
        end

        local colon = find(line, ":", 1, true)
        if colon then
            local name = sub(line, 1, colon - 1)
            local value = match(line, "^%s*(.-)%s*$", colon + 1)
            local present = headers[name]

            if present == nil then
                headers[name] = value
            elseif type(present) == "table" then
                present[#present + 1] = value
            else
                headers[name] = { present, value }
            end
        end
    end
end


-- A reader over read(state, max); state.done is true once the message has been read to its end.
local function new_reader(state, read, default_max)
    local dead = false

    return function(max)
        if dead then
            return nil, DEAD
        end

        max = max or default_max
        if state.done then
            dead = true
            return nil
        end

        local data, err, partial = read(state, max)
        if not data then
            dead = true
        end

        return data, err, partial
    end
end


local function is_size(max)
    return type(max) == "number" and max >= 0
end


-- Who has asked for pieces must go on doing so.
local function check_max(state, max)
    if state.started and not max then
        log(ERR, "Buffer size not specified, bailing")
        return false
    end

    state.started = true
    return max == nil or is_size(max)
end


local function read_fixed(state, max)
    if not check_max(state, max) then
        return nil
    end

    local size = state.left
    if max and max < size then
        size = max
    end

    local data, err, partial = state.sock:receive(size)
    if not data then
        return nil, err, partial
    end

    state.left = state.left - size
    state.done = state.left == 0
    return data
end


-- length: of the body.
function M.fixed(sock, length, default_max)
    local state = { sock = sock, left = length, done = length == 0 }
    return new_reader(state, read_fixed, default_max), state
end


local function read_until_close(state, max)
    if not check_max(state, max) then
        return nil
    end

    local sock = state.sock
    if not max then
        local data, err, partial = sock:receive("*a")
        state.done = data ~= nil
        return data, err, partial
    end

    local data, err, partial = sock:receive(max)
    if data then
        return data
    end

    if err == "closed" then
        state.done = true
        if partial and partial ~= "" then
            return partial, err
        end

        return nil
    end

    return nil, err
end


function M.until_close(sock, default_max)
    local state = { sock = sock, done = false }
    return new_reader(state, read_until_close, default_max), state
end


-- Begins the next chunk. Returns its size, or nil and an error; 0: the body is over.
local function start_chunk(state)
    local sock = state.sock
    local line, err = sock:receive()
    if not line then
        return nil, err
    end

    local size = tonumber(line, 16)
    if not size or size < 0 then
        return nil, "unable to read chunksize"
    end

    if size == 0 then
        -- Trailers, if any, are read now: what is left of them would spoil the next response.
        state.trailers, err = M.read_headers(sock)
        if not state.trailers then
            return nil, err
        end

        state.done = true
    end

    state.left = size
    return size
end


local function read_chunked(state, max)
    if max ~= nil and not is_size(max) then
        return nil
    end

    local sock = state.sock
    if state.left == 0 then
        local size, err = start_chunk(state)
        if not size then
            return nil, err
        end

        if size == 0 then
            return nil
        end
    end

    local size = state.left
    if max and max < size then
        size = max
    end

    local data, err, partial = sock:receive(size)
    if not data then
        return nil, err, partial
    end

    state.left = state.left - size
    if state.left == 0 then
        local ending
        ending, err = sock:receive(2)
        if not ending then
            return nil, err
        end
    end

    return data
end


function M.chunked(sock, default_max)
    local state = { sock = sock, left = 0, done = false }
    return new_reader(state, read_chunked, default_max), state
end


-- For responses that have no body.
function M.none()
    return new_reader({ done = true })
end


return M
