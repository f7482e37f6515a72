-- resty.mysql: a client of MySQL and MariaDB, by the text protocol. An object is one connection of
-- one request.
local charsets = require "resty.mysql.charset"
local handshake = require "resty.mysql.handshake"
local packet = require "resty.mysql.packet"
local result = require "resty.mysql.result"

local setmetatable = setmetatable
local tcp = ngx.socket.tcp
local tostring = tostring

-- States, as error messages show them: ready for a command; a command was sent, and results are to
-- be read. nil: not connected.
local STATE_CONNECTED = 1
local STATE_COMMAND_SENT = 2

local COM_QUIT = "\1"
local COM_QUERY = "\3"

local DEFAULT_PORT = 3306
local DEFAULT_MAX_PACKET_SIZE = 1024 * 1024
local DEFAULT_ROWS = 4

local M = { _VERSION = "0.29" }
local mt = { __index = M }


function M.new(_)
    local sock, err = tcp()
    if not sock then
        return nil, err
    end

    return setmetatable({ sock = sock }, mt)
end


function M.set_timeout(self, timeout)
    if not self.sock then
        return nil, "not initialized"
    end

    return self.sock:settimeout(timeout)
end


-- Connects the socket. Returns whether it is a unix socket, or nil and an error.
local function connect_socket(sock, opts)
    local host, path = opts.host, opts.path
    local login = (opts.user or "") .. ":" .. (opts.database or "") .. ":"
    local ok, err

    local socket_opts = {
        pool = opts.pool,
        pool_size = opts.pool_size,
        backlog = opts.backlog,
    }

    if host then
        local port = opts.port or DEFAULT_PORT
        socket_opts.pool = socket_opts.pool or login .. host .. ":" .. port
        ok, err = sock:connect(host, port, socket_opts)
    elseif path then
        socket_opts.pool = socket_opts.pool or login .. path
        ok, err = sock:connect("unix:" .. path, socket_opts)
    else
        return nil, 'neither "host" nor "path" options are specified'
    end

    if not ok then
        return nil, "failed to connect: " .. err
    end

    return not host
end


-- opts: README.md. Returns 1; or nil, an error, and for the server's own errors number and SQL
-- state.
function M.connect(self, opts)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local charset = opts.charset and charsets[opts.charset] or 0
    if opts.charset and charset == 0 then
        return nil, "charset '" .. opts.charset .. "' is not supported"
    end

    self.state = nil
    self.compact = opts.compact_arrays

    local is_unix, err = connect_socket(sock, opts)
    if is_unix == nil then
        return nil, err
    end

    local max_packet_size = opts.max_packet_size or DEFAULT_MAX_PACKET_SIZE
    local channel = packet.new(sock, max_packet_size)
    self.channel = channel
    self._server_ver = nil

    local reused = sock:getreusedtimes()
    if reused and reused > 0 then
        self.state = STATE_CONNECTED
        return 1
    end

    local greeting
    greeting, err = handshake.read_greeting(channel)
    if not greeting then
        return nil, err
    end

    self._server_ver = greeting.version

    local ok, code, sql_state
    ok, err, code, sql_state = handshake.log_in(channel, greeting, {
        user = opts.user or "",
        password = opts.password or "",
        database = opts.database or "",
        charset = charset,
        max_packet_size = max_packet_size,
        ssl = opts.ssl,
        ssl_verify = opts.ssl_verify,
        secure = is_unix,
    })
    if not ok then
        return nil, err, code, sql_state
    end

    self.state = STATE_CONNECTED
    return 1
end


-- Only a connection without results to be read goes to the pool.
function M.set_keepalive(self, ...)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    if self.state ~= STATE_CONNECTED then
        return nil, "cannot be reused in the current connection state: " .. tostring(self.state)
    end

    self.state = nil
    return sock:setkeepalive(...)
end


function M.get_reused_times(self)
    if not self.sock then
        return nil, "not initialized"
    end

    return self.sock:getreusedtimes()
end


function M.close(self)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    self.state = nil

    -- The server notices the end anyway: what becomes of the farewell does not matter.
    if self.channel then
        self.channel:send_command(COM_QUIT)
    end

    return sock:close()
end


-- nil for a connection from the pool.
function M.server_ver(self)
    return self._server_ver
end


-- Returns the number of bytes sent.
function M.send_query(self, query)
    if not self.sock then
        return nil, "not initialized"
    end

    if self.state ~= STATE_CONNECTED then
        return nil, "cannot send query in the current context: " .. tostring(self.state)
    end

    self.state = STATE_COMMAND_SENT
    return self.channel:send_command(COM_QUERY .. query)
end


-- rows: about how many there will be. Returns the result, and "again" if another one follows; or
-- nil, an error, and for the server's own errors number and SQL state.
function M.read_result(self, rows)
    if not self.sock then
        return nil, "not initialized"
    end

    if self.state ~= STATE_COMMAND_SENT then
        return nil, "cannot read result in the current context: " .. tostring(self.state)
    end

    local res, err, code, sql_state = result.read(self.channel, self.compact, rows or DEFAULT_ROWS)

    if res and err ~= "again" or code then
        self.state = STATE_CONNECTED
    end

    return res, err, code, sql_state
end


-- Sends a query and reads its first result.
function M.query(self, query, rows)
    local bytes, err = self:send_query(query)
    if not bytes then
        return nil, "failed to send query: " .. err
    end

    return self:read_result(rows)
end


function M.set_compact_arrays(self, value)
    self.compact = value
end


return M
