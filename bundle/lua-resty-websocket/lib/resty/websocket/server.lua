-- resty.websocket.server: makes a WebSocket of the request that is being served.
local connection = require "resty.websocket.connection"

local encode_base64 = ngx.encode_base64
local find = string.find
local flush = ngx.flush
local get_headers = ngx.req.get_headers
local http_version = ngx.req.http_version
local lower = string.lower
local ngx = ngx
local read_body = ngx.req.read_body
local request_socket = ngx.req.socket
local send_headers = ngx.send_headers
local setmetatable = setmetatable
local sha1_bin = ngx.sha1_bin
local tostring = tostring
local type = type

local SWITCHING_PROTOCOLS = 101
local VERSION = "13"
-- From RFC 6455, 1.3.
local GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

local M = {
    _VERSION = "0.13",
    send_continue = connection.send_continue,
}
local mt = { __index = M }

connection.extend(M)


local function header(headers, name)
    local value = headers[name]
    return type(value) == "table" and value[1] or value
end


-- Returns the client's key, and the protocol it wants, if any; or nil and what is wrong.
local function check_request(headers)
    local upgrade = header(headers, "upgrade")
    if not upgrade or lower(upgrade) ~= "websocket" then
        return nil, 'bad "upgrade" request header: ' .. tostring(upgrade)
    end

    local wanted = header(headers, "connection")
    if not wanted or not find(lower(wanted), "upgrade", 1, true) then
        return nil, 'bad "connection" request header'
    end

    local key = header(headers, "sec-websocket-key")
    if not key then
        return nil, 'bad "sec-websocket-key" request header'
    end

    if header(headers, "sec-websocket-version") ~= VERSION then
        return nil, 'bad "sec-websocket-version" request header'
    end

    return key, header(headers, "sec-websocket-protocol")
end


local function answer(key, protocol)
    if protocol then
        ngx.header["Sec-WebSocket-Protocol"] = protocol
    end

    ngx.header["Sec-WebSocket-Accept"] = encode_base64(sha1_bin(key .. GUID))
    ngx.header["Upgrade"] = "websocket"
    ngx.header["Content-Type"] = nil
    ngx.status = SWITCHING_PROTOCOLS

    local ok, err = send_headers()
    if not ok then
        return nil, "failed to send response header: " .. (err or "unknown")
    end

    ok, err = flush(true)
    if not ok then
        return nil, "failed to flush response header: " .. (err or "unknown")
    end

    return true
end


-- opts: max_payload_len, max_recv_len, max_send_len, send_masked, timeout.
function M.new(_, opts)
    if ngx.headers_sent then
        return nil, "response header already sent"
    end

    read_body()

    if http_version() ~= 1.1 then
        return nil, "bad http version"
    end

    local key, protocol = check_request(get_headers())
    if not key then
        return nil, protocol
    end

    local ok, err = answer(key, protocol)
    if not ok then
        return nil, err
    end

    local sock
    sock, err = request_socket(true)
    if not sock then
        return nil, err
    end

    opts = opts or {}

    local self = setmetatable({
        sock = sock,
        send_masked = opts.send_masked,
        force_masking = true,
    }, mt)
    connection.configure(self, opts)
    return self
end


return M
