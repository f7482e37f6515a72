-- resty.websocket.client: connects to a WebSocket server.
local connection = require "resty.websocket.connection"
local random_bytes = require("resty.random").bytes

local concat = table.concat
local encode_base64 = ngx.encode_base64
local error = error
local re_match = ngx.re.match
local setmetatable = setmetatable
local sub = string.sub
local tcp = ngx.socket.tcp
local tonumber = tonumber
local type = type

local URI_PATTERN = [=[^(wss?)://(unix:[^:]+|\[[^\]]+\]|[^:/?]+)(?::(\d*))?(.*)$]=]
local DEFAULT_PORTS = { ws = 80, wss = 443 }
local KEY_SIZE = 16

local M = { _VERSION = "0.13" }
local mt = { __index = M }

connection.extend(M)


-- opts: max_payload_len, max_recv_len, max_send_len, send_unmasked, timeout.
function M.new(_, opts)
    local sock, err = tcp()
    if not sock then
        return nil, err
    end

    opts = opts or {}

    local self = setmetatable({
        sock = sock,
        send_masked = not opts.send_unmasked,
        force_masking = false,
    }, mt)
    connection.configure(self, opts)
    return self
end


-- Returns {scheme, host, port (nil: a unix socket), path, name for the Host header}, or nil and an
-- error.
local function parse_uri(uri)
    local m, err = re_match(uri, URI_PATTERN, "jo")
    if not m then
        if err then
            return nil, "failed to match the uri: " .. err
        end

        return nil, "bad websocket uri"
    end

    local target = { scheme = m[1], host = m[2], path = m[4] }
    if target.path == "" then
        target.path = "/"
    end

    if sub(target.host, 1, 5) == "unix:" then
        target.name = "unix_sock"
    else
        target.port = tonumber(m[3]) or DEFAULT_PORTS[target.scheme]
        target.name = target.host .. ":" .. target.port
    end

    return target
end


-- The lines of the request that depend on options; or nil and an error.
local function request_lines(target, opts)
    local name = opts.host or target.name
    if type(name) ~= "string" then
        return nil, "custom host header must be a string"
    end

    local key = opts.key or encode_base64(random_bytes(KEY_SIZE))
    if type(key) ~= "string" then
        return nil, "custom Sec-WebSocket-Key must be a string"
    end

    local lines = {
        "GET " .. target.path .. " HTTP/1.1",
        "Upgrade: websocket",
        "Host: " .. name,
        "Sec-WebSocket-Key: " .. key,
    }

    local protocols = opts.protocols
    if protocols then
        protocols = type(protocols) == "table" and concat(protocols, ",") or protocols
        lines[#lines + 1] = "Sec-WebSocket-Protocol: " .. protocols
    end

    lines[#lines + 1] = "Sec-WebSocket-Version: 13"
    if opts.origin then
        lines[#lines + 1] = "Origin: " .. opts.origin
    end

    lines[#lines + 1] = "Connection: Upgrade"

    local headers = opts.headers
    if headers then
        if type(headers) ~= "table" then
            return nil, "custom headers must be a table"
        end

        for i = 1, #headers do
            lines[#lines + 1] = headers[i]
        end
    end

    lines[#lines + 1] = "\r\n"
    return lines
end


local function connect_socket(sock, target, opts)
    local socket_opts = {
        pool = opts.pool,
        pool_size = opts.pool_size,
        backlog = opts.backlog,
    }
    local ok, err

    if target.port then
        ok, err = sock:connect(target.host, target.port, socket_opts)
    else
        ok, err = sock:connect(target.host, socket_opts)
    end

    if not ok then
        return nil, "failed to connect: " .. err
    end

    return true
end


local function start_tls(sock, target, opts)
    if opts.client_cert then
        local ok, err = sock:setclientcert(opts.client_cert, opts.client_priv_key)
        if not ok then
            return nil, "failed to set TLS client certificate: " .. err
        end
    end

    local name = opts.server_name or opts.host or target.host
    local ok, err = sock:sslhandshake(false, name, opts.ssl_verify)
    if not ok then
        return nil, "ssl handshake failed: " .. err
    end

    return true
end


-- Returns the head of the response, or nil and an error.
local function shake_hands(sock, lines)
    local bytes, err = sock:send(concat(lines, "\r\n"))
    if not bytes then
        return nil, "failed to send the handshake request: " .. err
    end

    local read_head
    read_head, err = sock:receiveuntil("\r\n\r\n")
    local head
    if read_head then
        head, err = read_head()
    end

    if not head then
        return nil, "failed to receive response header: " .. err
    end

    if sub(head, 1, 9) ~= "HTTP/1.1 " then
        return nil, "bad HTTP response status line: " .. head
    end

    return head
end


-- opts: README.md. Returns 1, nil and the head of the response, or nil and an error.
function M.connect(self, uri, opts)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local target, err = parse_uri(uri)
    if not target then
        return nil, err
    end

    opts = opts or {}

    if opts.client_cert and not opts.client_priv_key then
        error("client_priv_key must be provided with client_cert", 2)
    end

    if opts.server_name ~= nil and type(opts.server_name) ~= "string" then
        return nil, "SSL server_name must be a string"
    end

    local lines
    lines, err = request_lines(target, opts)
    if not lines then
        return nil, err
    end

    local ok
    ok, err = connect_socket(sock, target, opts)
    if not ok then
        return nil, err
    end

    self.fatal = false
    self.closed = false

    local reused
    reused, err = sock:getreusedtimes()
    if not reused then
        return nil, "failed to get reused times: " .. err
    end

    if reused > 0 then
        return 1, nil, "connection reused"
    end

    if target.scheme == "wss" then
        ok, err = start_tls(sock, target, opts)
        if not ok then
            return nil, err
        end
    end

    local head
    head, err = shake_hands(sock, lines)
    if not head then
        return nil, err
    end

    return 1, nil, head
end


function M.set_keepalive(self, ...)
    if not self.sock then
        return nil, "not initialized"
    end

    return self.sock:setkeepalive(...)
end


function M.close(self)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    if not self.closed then
        local bytes, err = self:send_close()
        if not bytes then
            return nil, "failed to send close frame: " .. err
        end
    end

    return sock:close()
end


return M
