-- Packets of the client/server protocol: a length of 3 bytes, a sequence number, the payload.
--
-- A channel reads and writes them on one connection. It takes from the socket what is there, and
-- keeps it in `data`, from `pos` on: so a payload is read where it lies, as data, pos and last.
local bit = require "bit"

local band = bit.band
local byte = string.byte
local char = string.char
local concat = table.concat
local find = string.find
local rshift = bit.rshift
local setmetatable = setmetatable
local sub = string.sub

local HEADER_SIZE = 4
local CHUNK_SIZE = 16384
-- A payload of this size goes on in the next packet.
local MAX_PAYLOAD = 0xffffff

-- The kinds of packets, by what they begin with, as error messages name them.
local KINDS = {
    [0x00] = "OK",
    [0x01] = "AUTHMOREDATA",
    [0xfb] = "LOCALINFILE",
    [0xfe] = "EOF",
    [0xff] = "ERR",
}
-- An EOF packet is shorter: a row may begin with the same byte.
local EOF_LIMIT = 9

local M = {}
local channel = {}
local mt = { __index = channel }


function M.new(sock, max_size)
    return setmetatable({
        sock = sock,
        max_size = max_size,
        sequence = 0,
        data = "",
        pos = 1,
    }, mt)
end


-- Makes sure that `count` bytes are in data, from pos on.
local function fill(self, count)
    local sock = self.sock
    local available = #self.data - self.pos + 1

    while available < count do
        local missing = count - available
        local more, err

        if missing > CHUNK_SIZE then
            more, err = sock:receive(missing)
        else
            more, err = sock:receiveany(CHUNK_SIZE)
        end

        if not more then
            return nil, err
        end

        self.data = available > 0 and sub(self.data, self.pos) .. more or more
        self.pos = 1
        available = #self.data
    end

    return true
end


local function read_header(self)
    local ok, err = fill(self, HEADER_SIZE)
    if not ok then
        return nil, "failed to receive packet header: " .. err
    end

    local pos = self.pos
    local low, middle, high, sequence = byte(self.data, pos, pos + 3)

    self.pos = pos + HEADER_SIZE
    self.sequence = sequence + 1
    return low + middle * 0x100 + high * 0x10000
end


-- A payload in several packets becomes one string.
local function read_long(self, length)
    local parts = {}
    local total = 0

    while true do
        total = total + length
        if total > self.max_size then
            return nil, "packet size too big: " .. total
        end

        local ok, err = fill(self, length)
        if not ok then
            return nil, "failed to read packet content: " .. err
        end

        parts[#parts + 1] = sub(self.data, self.pos, self.pos + length - 1)
        self.pos = self.pos + length

        if length < MAX_PAYLOAD then
            return concat(parts), 1, total
        end

        length, err = read_header(self)
        if not length then
            return nil, err
        end
    end
end


-- The next payload as data, its first and its last position; or nil and an error. It lasts until
-- the next call.
function channel.read(self)
    local length, err = read_header(self)
    if not length then
        return nil, err
    end

    if length == 0 then
        return nil, "empty packet"
    end

    if length > self.max_size then
        return nil, "packet size too big: " .. length
    end

    if length == MAX_PAYLOAD then
        return read_long(self, length)
    end

    local ok
    ok, err = fill(self, length)
    if not ok then
        return nil, "failed to read packet content: " .. err
    end

    local pos = self.pos
    self.pos = pos + length
    return self.data, pos, pos + length - 1
end


local function header(length, sequence)
    return char(band(length, 0xff), band(rshift(length, 8), 0xff), rshift(length, 16),
                band(sequence, 0xff))
end


-- Sends a payload with the next sequence number. Returns the bytes sent.
function channel.send(self, payload)
    local parts = {}
    local start = 1
    local length

    repeat
        length = #payload - start + 1
        if length > MAX_PAYLOAD then
            length = MAX_PAYLOAD
        end

        parts[#parts + 1] = header(length, self.sequence)
        parts[#parts + 1] = length == #payload and payload
                            or sub(payload, start, start + length - 1)
        self.sequence = self.sequence + 1
        start = start + length
    until length < MAX_PAYLOAD

    return self.sock:send(parts)
end


-- The first packet of a command has number 0.
function channel.send_command(self, payload)
    self.sequence = 0
    return self:send(payload)
end


function M.kind(data, pos, last)
    local first = byte(data, pos)

    if first == 0xfe and last - pos + 1 >= EOF_LIMIT then
        return "DATA"
    end

    return KINDS[first] or "DATA"
end


function M.is_eof(data, pos, last)
    return byte(data, pos) == 0xfe and last - pos + 1 < EOF_LIMIT
end


-- Bytes behind the end read as 0: who parses compares the position with the payload's end afterwards.
function M.uint2(data, pos)
    local a, b = byte(data, pos, pos + 1)
    return (a or 0) + (b or 0) * 0x100
end


function M.uint4(data, pos)
    return M.uint2(data, pos) + M.uint2(data, pos + 2) * 0x10000
end


-- A number of 1 to 9 bytes and the position behind it; nil stands for SQL's NULL.
function M.length_encoded(data, pos)
    local first = byte(data, pos) or 0

    if first < 0xfb then
        return first, pos + 1
    end

    if first == 0xfb then
        return nil, pos + 1
    end

    if first == 0xfc then
        return M.uint2(data, pos + 1), pos + 3
    end

    if first == 0xfd then
        return M.uint2(data, pos + 1) + (byte(data, pos + 3) or 0) * 0x10000, pos + 4
    end

    return M.uint4(data, pos + 1) + M.uint4(data, pos + 5) * 0x100000000, pos + 9
end


-- A text that ends with a NUL, and the position behind that; nil without one.
function M.nul_terminated(data, pos, last)
    local ending = find(data, "\0", pos, true)
    if not ending or ending > last then
        return nil
    end

    return sub(data, pos, ending - 1), ending + 1
end


function M.put_uint4(value)
    return char(band(value, 0xff), band(rshift(value, 8), 0xff), band(rshift(value, 16), 0xff),
                rshift(value, 24))
end


-- A text with its length in front.
function M.put_text(text)
    local length = #text

    if length < 0xfb then
        return char(length) .. text
    end

    return "\252" .. char(band(length, 0xff), rshift(length, 8)) .. text
end


return M
