-- resty.redis: a client of redis. Whatever is called on an object is sent as a command, so new
-- commands of the server need nothing here. An object is one connection of one request.
local buffer = require "string.buffer"
local codec = require "resty.redis.codec"
local reader = require "resty.redis.reader"

local error = error
local pairs = pairs
local put_command = codec.put_command
local put_command_array = codec.put_command_array
local read_command_reply = reader.read_command_reply
local select = select
local setmetatable = setmetatable
local sub = string.sub
local tcp = ngx.socket.tcp
local tonumber = tonumber
local type = type

local DEFAULT_PIPELINE_SIZE = 4
-- Commands that wait on the server: after a timeout the caller may go on waiting.
local BLOCKING = { blpop = true, brpop = true }

-- Nothing yields while it holds a command.
local command_buf = buffer.new()

local M = { _VERSION = "0.32" }
local mt = { __index = M }


-- All fields are set from the start: an unknown field is a command.
function M.new(_)
    local sock, err = tcp()
    if not sock then
        return nil, err
    end

    return setmetatable({
        _sock = sock,
        _pipeline = false,
        _pipelined = 0,
        _prefix = false,
        _blocking = false,
        _pending = false,
        _subscribed = false,
        _channels = false,
        _messages = false,
    }, mt)
end


function M.set_timeout(self, timeout)
    if not self._sock then
        error("not initialized", 2)
    end

    self._sock:settimeout(timeout)
end


function M.set_timeouts(self, connect_timeout, send_timeout, read_timeout)
    if not self._sock then
        error("not initialized", 2)
    end

    self._sock:settimeouts(connect_timeout, send_timeout, read_timeout)
end


local function check_opts(opts, position)
    if opts ~= nil and type(opts) ~= "table" then
        error("bad argument #" .. position .. " opts: nil or table expected, got " .. type(opts), 3)
    end
end


local function connect_socket(sock, host, port, opts)
    if port then
        return sock:connect(host, port, opts)
    end

    return sock:connect(host, opts)
end


local function handshake(sock, opts)
    local ok, err = sock:sslhandshake(false, opts.server_name, opts.ssl_verify)
    if not ok then
        return nil, "failed to do ssl handshake: " .. err
    end

    return 1
end


-- connect(host, port, opts?) or connect("unix:/path", opts?).
function M.connect(self, host, port_or_opts, opts)
    local sock = self._sock
    if not sock then
        return nil, "not initialized"
    end

    if type(host) ~= "string" then
        error("bad argument #1 host: string expected, got " .. type(host), 2)
    end

    local port
    if sub(host, 1, 5) == "unix:" then
        opts = port_or_opts
        check_opts(opts, 2)
    else
        port = tonumber(port_or_opts)
        if not port then
            error("bad argument #2 port: number expected, got " .. type(port_or_opts), 2)
        end

        check_opts(opts, 3)
    end

    reader.reset(self)
    self._pending = false

    local ok, err = connect_socket(sock, host, port, opts or {})
    if not ok then
        return nil, err
    end

    if opts and opts.ssl then
        return handshake(sock, opts)
    end

    return ok
end


-- A connection whose reply is still to come would give it to the next user: it is closed instead.
function M.set_keepalive(self, ...)
    local sock = self._sock
    if not sock then
        return nil, "not initialized"
    end

    if self._subscribed then
        return nil, "subscribed state"
    end

    if self._pending then
        sock:close()
    end

    return sock:setkeepalive(...)
end


function M.get_reused_times(self)
    if not self._sock then
        return nil, "not initialized"
    end

    return self._sock:getreusedtimes()
end


function M.close(self)
    if not self._sock then
        return nil, "not initialized"
    end

    return self._sock:close()
end


-- Half a command may have been sent, so a failure ends the connection.
local function send(self, data)
    local sock = self._sock
    local bytes, err = sock:send(data)

    if not bytes then
        if err == "timeout" then
            sock:close()
        end

        return nil, err
    end

    return bytes
end


-- What put(buf, command, ...) puts is sent, or queued in a pipeline.
local function dispatch(self, put, command, ...)
    if not self._sock then
        return nil, "not initialized"
    end

    local pipeline = self._pipeline
    if pipeline then
        put(pipeline, command, ...)
        self._pipelined = self._pipelined + 1
        return
    end

    put(command_buf:reset(), command, ...)

    local bytes, err = send(self, command_buf:tostring())
    if not bytes then
        return nil, err
    end

    return read_command_reply(self)
end


local function run(self, command, ...)
    if BLOCKING[command] then
        self._blocking = true
    end

    local prefix = self._prefix
    if prefix then
        self._prefix = false
        command = prefix .. "." .. command
    end

    return dispatch(self, put_command, command, ...)
end


local function define_command(name)
    local function command(self, ...)
        return run(self, name, ...)
    end

    M[name] = command
    return command
end


-- Deprecated: any name is a command without this.
function M.add_commands(...)
    for i = 1, select("#", ...) do
        local name = select(i, ...)

        M[name] = function(self, ...)
            return dispatch(self, put_command, name, ...)
        end
    end
end


-- red:name() makes `name.` the prefix of the next command.
function M.register_module_prefix(name)
    M[name] = function(self)
        self._prefix = name
        return self
    end
end


local function flatten(key, fields)
    local args = { key }

    for name, value in pairs(fields) do
        local count = #args
        args[count + 1] = name
        args[count + 2] = value
    end

    return args
end


-- hmset(key, field, value, ...) or hmset(key, { field = value }).
function M.hmset(self, key, ...)
    local fields = ...

    if select("#", ...) == 1 and type(fields) == "table" then
        return dispatch(self, put_command_array, "hmset", flatten(key, fields))
    end

    return run(self, "hmset", key, ...)
end


function M.array_to_hash(_, array)
    local hash = {}

    for i = 1, #array, 2 do
        hash[array[i]] = array[i + 1]
    end

    return hash
end


-- Sends a command of the subscribe family. Returns true, or nil and an error.
local function send_subscription(self, command, ...)
    if not self._sock then
        return nil, "not initialized"
    end

    put_command(command_buf:reset(), command, ...)
    return send(self, command_buf:tostring())
end


local function subscriber(command)
    return function(self, ...)
        local ok, err = send_subscription(self, command, ...)
        if not ok then
            return nil, err
        end

        return reader.read_subscribed(self, select("#", ...))
    end
end


local function unsubscriber(command)
    return function(self, ...)
        if not self._subscribed then
            return nil, "not subscribed"
        end

        local ok, err = send_subscription(self, command, ...)
        if not ok then
            return nil, err
        end

        return reader.read_unsubscribed(self, command, select("#", ...))
    end
end


M.subscribe = subscriber("subscribe")
M.psubscribe = subscriber("psubscribe")
M.unsubscribe = unsubscriber("unsubscribe")
M.punsubscribe = unsubscriber("punsubscribe")


-- The next message, or acknowledgement, while subscribed. After a timeout it can be called again.
function M.read_reply(self)
    if not self._sock then
        return nil, "not initialized"
    end

    return reader.read_push(self)
end


-- size: about how many commands there will be.
function M.init_pipeline(self, size)
    self._pipeline = buffer.new((size or DEFAULT_PIPELINE_SIZE) * 64)
    self._pipelined = 0
end


function M.cancel_pipeline(self)
    self._pipeline = false
    self._pipelined = 0
end


-- Returns an array of the commands' results, {false, err} for an error reply.
function M.commit_pipeline(self)
    local pipeline, count = self._pipeline, self._pipelined
    if not pipeline then
        return nil, "no pipeline"
    end

    M.cancel_pipeline(self)

    if not self._sock then
        return nil, "not initialized"
    end

    local bytes, err = send(self, pipeline:tostring())
    if not bytes then
        return nil, err
    end

    return reader.read_replies(self, count)
end


-- Known beforehand, so that code which uses them compiles from the start.
for _, name in pairs {
    "get", "set", "setex", "mget", "mset", "del", "exists", "expire", "incr", "decr", "hget", "hset",
    "hmget", "hgetall", "lpush", "rpush", "lpop", "lrange", "sadd", "smembers", "zadd", "zrange",
    "publish", "eval", "evalsha", "script", "auth", "select", "multi", "exec", "discard", "watch",
} do
    define_command(name)
end


return setmetatable(M, {
    __index = function(_, name)
        return define_command(name)
    end,
})
