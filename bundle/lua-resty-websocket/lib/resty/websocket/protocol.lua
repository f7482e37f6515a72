-- Frames of the WebSocket protocol (RFC 6455), without extensions.
local bit = require "bit"
local mask_payload = require "resty.websocket.mask"
local new_tab = require "table.new"
local random_bytes = require("resty.random").bytes

local DEBUG = ngx.DEBUG
local band = bit.band
local bor = bit.bor
local byte = string.byte
local char = string.char
local debug_build = ngx.config.debug
local log = ngx.log
local rshift = bit.rshift
local sub = string.sub
local tostring = tostring
local type = type

local FIN = 0x80
local RSV_BITS = 0x70
local OPCODE_BITS = 0x0f
local MASK = 0x80
local LENGTH_BITS = 0x7f

local CLOSE = 0x8
-- Control frames: they are short and come in one piece.
local MAX_CONTROL_PAYLOAD = 125
-- Lengths that say where the real one is.
local LENGTH_IN_2_BYTES = 126
local LENGTH_IN_8_BYTES = 127
local MAX_LENGTH = 0x7fffffff
local KEY_SIZE = 4

local TYPES = {
    [0x0] = "continuation",
    [0x1] = "text",
    [0x2] = "binary",
    [0x8] = "close",
    [0x9] = "ping",
    [0xa] = "pong",
}

local M = { _VERSION = "0.13", new_tab = new_tab }


-- What is wrong with the first byte of a frame, or nil.
local function check_first(first)
    if band(first, RSV_BITS) ~= 0 then
        return "bad RSV1, RSV2, or RSV3 bits"
    end

    local opcode = band(first, OPCODE_BITS)
    if not TYPES[opcode] then
        return opcode < CLOSE and "reserved non-control frames" or "reserved control frames"
    end

    return nil
end


-- Returns the payload's length, or nil and an error.
local function read_length(sock, length)
    if length == LENGTH_IN_2_BYTES then
        local data, err = sock:receive(2)
        if not data then
            return nil, "failed to receive the 2 byte payload length: " .. err
        end

        local high, low = byte(data, 1, 2)
        return high * 0x100 + low
    end

    if length ~= LENGTH_IN_8_BYTES then
        return length
    end

    local data, err = sock:receive(8)
    if not data then
        return nil, "failed to receive the 8 byte payload length: " .. err
    end

    local a, b, c, d = byte(data, 5, 8)
    if a > 0x7f or sub(data, 1, 4) ~= "\0\0\0\0" then
        return nil, "payload len too large"
    end

    return a * 0x1000000 + b * 0x10000 + c * 0x100 + d
end


-- Returns the payload, unmasked; or nil and an error.
local function read_payload(sock, length, masked)
    local size = masked and length + KEY_SIZE or length
    if size == 0 then
        return ""
    end

    local data, err = sock:receive(size)
    if not data then
        return nil, "failed to read masking-len and payload: " .. err
    end

    if not masked then
        return data
    end

    return mask_payload(data, sub(data, KEY_SIZE + 1))
end


local function parse_close(payload)
    if payload == "" then
        return "", "close", nil
    end

    if #payload < 2 then
        return nil, nil, "close frame with a body must carry a 2-byte status code"
    end

    local high, low = byte(payload, 1, 2)
    return sub(payload, 3), "close", high * 0x100 + low
end


-- Returns payload, type and for a frame that more of the message follows "again"; for a close frame
-- message, "close" and the status code; or nil, nil and an error.
function M.recv_frame(sock, max_payload_len, force_masking)
    local data, err = sock:receive(2)
    if not data then
        return nil, nil, "failed to receive the first 2 bytes: " .. err
    end

    local first, second = byte(data, 1, 2)
    local fin = band(first, FIN) ~= 0
    local opcode = band(first, OPCODE_BITS)
    local masked = band(second, MASK) ~= 0

    err = check_first(first)
    if err then
        return nil, nil, err
    end

    if debug_build then
        log(DEBUG, "recv_frame: mask bit: ", masked and 1 or 0)
    end

    if force_masking and not masked then
        return nil, nil, "frame unmasked"
    end

    local length
    length, err = read_length(sock, band(second, LENGTH_BITS))
    if not length then
        return nil, nil, err
    end

    if opcode >= CLOSE then
        if length > MAX_CONTROL_PAYLOAD then
            return nil, nil, "too long payload for control frame"
        end

        if not fin then
            return nil, nil, "fragmented control frame"
        end
    end

    if length > max_payload_len then
        return nil, nil, "exceeding max payload len"
    end

    local payload
    payload, err = read_payload(sock, length, masked)
    if not payload then
        return nil, nil, err
    end

    if opcode == CLOSE then
        return parse_close(payload)
    end

    return payload, TYPES[opcode], not fin and "again" or nil
end


-- What comes before the payload, and the payload as it is sent; or nil and an error.
local function build_parts(fin, opcode, length, payload, masking)
    if length > MAX_LENGTH then
        return nil, "payload too big"
    end

    local first = bor(fin and FIN or 0, opcode)
    local mask_bit = masking and MASK or 0
    local head

    if length < LENGTH_IN_2_BYTES then
        head = char(first, bor(mask_bit, length))
    elseif length <= 0xffff then
        head = char(first, bor(mask_bit, LENGTH_IN_2_BYTES), rshift(length, 8), band(length, 0xff))
    else
        head = char(first, bor(mask_bit, LENGTH_IN_8_BYTES), 0, 0, 0, 0, rshift(length, 24),
                    band(rshift(length, 16), 0xff), band(rshift(length, 8), 0xff),
                    band(length, 0xff))
    end

    if not masking then
        return head, payload
    end

    local key = random_bytes(KEY_SIZE, false)
    return head .. key, mask_payload(key, payload)
end


-- Returns a frame as a string, or nil and an error.
function M.build_frame(fin, opcode, payload_len, payload, masking)
    local head, body = build_parts(fin, opcode, payload_len, payload, masking)
    if not head then
        return nil, body
    end

    return head .. body
end


-- Returns the number of bytes sent, or nil and an error.
function M.send_frame(sock, fin, opcode, payload, max_payload_len, masking)
    if payload == nil then
        payload = ""
    elseif type(payload) ~= "string" then
        payload = tostring(payload)
    end

    local length = #payload
    if length > max_payload_len then
        return nil, "payload too big"
    end

    if opcode >= CLOSE then
        if length > MAX_CONTROL_PAYLOAD then
            return nil, "too much payload for control frame"
        end

        if not fin then
            return nil, "fragmented control frame"
        end
    end

    local head, body = build_parts(fin, opcode, length, payload, masking)
    if not head then
        return nil, "failed to build frame: " .. body
    end

    local bytes, err = sock:send({ head, body })
    if not bytes then
        return nil, "failed to send frame: " .. err
    end

    return bytes
end


return M
