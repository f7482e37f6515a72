-- What server and client have in common once they are connected: sending and receiving.
--
-- An object has sock, max_recv_len, max_send_len, send_masked, force_masking (frames that come in
-- must be masked), fatal (an error after which the connection is of no use any more).
local bit = require "bit"
local protocol = require "resty.websocket.protocol"

local DEBUG = ngx.DEBUG
local band = bit.band
local char = string.char
local debug_build = ngx.config.debug
local find = string.find
local log = ngx.log
local recv_frame = protocol.recv_frame
local rshift = bit.rshift
local send_frame = protocol.send_frame
local type = type

local DEFAULT_MAX_PAYLOAD = 65535
local MAX_STATUS = 0x7fff

local CONTINUATION = 0x0
local TEXT = 0x1
local BINARY = 0x2
local CLOSE = 0x8
local PING = 0x9
local PONG = 0xa

local M = {}


-- Sets the limits of an object from the options of new().
function M.configure(self, opts)
    local max_payload = opts.max_payload_len or DEFAULT_MAX_PAYLOAD

    self.max_recv_len = opts.max_recv_len or max_payload
    self.max_send_len = opts.max_send_len or max_payload

    if opts.timeout then
        self.sock:settimeout(opts.timeout)
    end
end


local function set_timeout(self, timeout)
    if not self.sock then
        return nil, "not initialized yet"
    end

    return self.sock:settimeout(timeout)
end


local function receive(self)
    if self.fatal then
        return nil, nil, "fatal error already happened"
    end

    if not self.sock then
        return nil, nil, "not initialized yet"
    end

    local data, kind, err = recv_frame(self.sock, self.max_recv_len, self.force_masking)
    if not data and not find(err, ": timeout", 1, true) then
        self.fatal = true
    end

    return data, kind, err
end


local function send(self, fin, opcode, payload)
    if self.fatal then
        return nil, "fatal error already happened"
    end

    if self.closed then
        return nil, "already closed"
    end

    if not self.sock then
        return nil, "not initialized yet"
    end

    local bytes, err = send_frame(self.sock, fin, opcode, payload, self.max_send_len,
                                  self.send_masked)
    if not bytes then
        self.fatal = true
    end

    return bytes, err
end


local function send_close(self, code, message)
    local payload = ""

    if code then
        if type(code) ~= "number" or code > MAX_STATUS then
            return nil, "bad status code"
        end

        payload = char(band(rshift(code, 8), 0xff), band(code, 0xff)) .. (message or "")
    end

    if debug_build then
        log(DEBUG, "sending the close frame")
    end

    local bytes, err = send(self, true, CLOSE, payload)

    if not self.force_masking then
        self.closed = true
    end

    return bytes, err
end


local function sender(opcode)
    return function(self, data)
        return send(self, true, opcode, data)
    end
end


-- Adds the methods to a class.
function M.extend(class)
    class.set_timeout = set_timeout
    class.recv_frame = receive
    class.send_frame = send
    class.send_text = sender(TEXT)
    class.send_binary = sender(BINARY)
    class.send_ping = sender(PING)
    class.send_pong = sender(PONG)
    class.send_close = send_close
end


M.send_continue = sender(CONTINUATION)

return M
