-- resty.memcached: a client of memcached's text protocol. An object is one connection of one
-- request.
local reader = require "resty.memcached.reader"

local concat = table.concat
local escape_uri = ngx.escape_uri
local setmetatable = setmetatable
local tcp = ngx.socket.tcp
local tostring = tostring
local type = type
local unescape_uri = ngx.unescape_uri

local M = { _VERSION = "0.17" }
local mt = { __index = M }


-- opts.key_transform: {escape, unescape}, what is done to keys.
function M.new(_, opts)
    local sock, err = tcp()
    if not sock then
        return nil, err
    end

    local escape, unescape = escape_uri, unescape_uri

    local transform = opts and opts.key_transform
    if transform then
        escape, unescape = transform[1], transform[2]
        if not escape or not unescape then
            return nil, "expecting key_transform = { escape, unescape } table"
        end
    end

    return setmetatable({ sock = sock, escape_key = escape, unescape_key = unescape }, mt)
end


-- A method of the socket as a method here.
local function forward(name)
    return function(self, ...)
        local sock = self.sock
        if not sock then
            return nil, "not initialized"
        end

        return sock[name](sock, ...)
    end
end


M.connect = forward("connect")
M.sslhandshake = forward("sslhandshake")
M.set_keepalive = forward("setkeepalive")
M.get_reused_times = forward("getreusedtimes")
M.close = forward("close")


function M.set_timeout(self, timeout)
    return M.set_timeouts(self, timeout, timeout, timeout)
end


function M.set_timeouts(self, connect_timeout, send_timeout, read_timeout)
    if not self.sock then
        return nil, "not initialized"
    end

    self.sock:settimeouts(connect_timeout, send_timeout, read_timeout)
    return 1
end


-- Half a command may have been sent, so a failure ends the connection.
local function send(self, request)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local bytes, err = sock:send(request)
    if not bytes then
        if err == "timeout" then
            sock:close()
        end

        return nil, err
    end

    return bytes
end


-- Sends a request and reads its reply, or queues both. The request may be a nested table.
local function run(self, request, read)
    local queue = self.queue
    if queue and self.sock then
        queue[#queue + 1] = request
        self.readers[#self.readers + 1] = read
        return 1
    end

    local bytes, err = send(self, request)
    if not bytes then
        return nil, err
    end

    return read(self.sock)
end


-- Strings, numbers and tables of them, as what the socket sends, and its length.
local function flatten(value)
    if type(value) ~= "table" then
        value = tostring(value)
        return value, #value
    end

    local parts = {}
    local length = 0

    for i = 1, #value do
        local part, part_length = flatten(value[i])
        parts[i] = part
        length = length + part_length
    end

    return parts, length
end


local function storer(command)
    return function(self, key, value, exptime, flags)
        local data, length = flatten(value)

        return run(self, { command, " ", self.escape_key(key), " ", flags or 0, " ", exptime or 0,
                           " ", length, "\r\n", data, "\r\n" }, reader.stored)
    end
end


M.set = storer("set")
M.add = storer("add")
M.replace = storer("replace")
M.append = storer("append")
M.prepend = storer("prepend")


-- unique: what gets() returned as third value.
function M.cas(self, key, value, unique, exptime, flags)
    local bytes, err = send(self, { "cas ", self.escape_key(key), " ", flags or 0, " ",
                                    exptime or 0, " ", #value, " ", unique, "\r\n", value,
                                    "\r\n" })
    if not bytes then
        return nil, err
    end

    return reader.stored(self.sock)
end


-- get or gets of several keys.
local function get_items(self, command, keys)
    if #keys == 0 then
        return {}
    end

    local words = { command }
    for i = 1, #keys do
        words[i + 1] = self.escape_key(keys[i])
    end

    local bytes, err = send(self, concat(words, " ") .. "\r\n")
    if not bytes then
        return nil, err
    end

    return reader.items(self.sock, self.unescape_key)
end


-- Returns value and flags, for a table of keys a table of items.
function M.get(self, key)
    if not self.sock then
        return nil, nil, "not initialized"
    end

    if type(key) == "table" then
        return get_items(self, "get", key)
    end

    if self.queue then
        return run(self, { "get ", self.escape_key(key), "\r\n" }, reader.get)
    end

    local bytes, err = send(self, "get " .. self.escape_key(key) .. "\r\n")
    if not bytes then
        return nil, nil, err
    end

    return reader.get(self.sock)
end


-- Returns value, flags and unique id, for a table of keys a table of items.
function M.gets(self, key)
    if not self.sock then
        return nil, nil, nil, "not initialized"
    end

    if type(key) == "table" then
        return get_items(self, "gets", key)
    end

    local bytes, err = send(self, "gets " .. self.escape_key(key) .. "\r\n")
    if not bytes then
        return nil, nil, nil, err
    end

    return reader.item(self.sock)
end


function M.touch(self, key, exptime)
    return run(self, { "touch ", self.escape_key(key), " ", exptime, "\r\n" }, reader.touched)
end


function M.delete(self, key)
    return run(self, { "delete ", self.escape_key(key), "\r\n" }, reader.deleted)
end


-- Returns the new value, as text.
function M.incr(self, key, delta)
    return run(self, { "incr ", self.escape_key(key), " ", delta, "\r\n" }, reader.number)
end


function M.decr(self, key, delta)
    return run(self, { "decr ", self.escape_key(key), " ", delta, "\r\n" }, reader.number)
end


-- Returns lines, without the END.
function M.stats(self, args)
    return run(self, args and { "stats ", args, "\r\n" } or "stats\r\n", reader.stats)
end


function M.verbosity(self, level)
    return run(self, { "verbosity ", level, "\r\n" }, reader.ok)
end


-- time: seconds until then.
function M.flush_all(self, time)
    local bytes, err = send(self, time and { "flush_all ", time, "\r\n" } or "flush_all\r\n")
    if not bytes then
        return nil, err
    end

    return reader.ok(self.sock)
end


function M.version(self)
    local bytes, err = send(self, "version\r\n")
    if not bytes then
        return nil, err
    end

    return reader.version(self.sock)
end


function M.quit(self)
    local bytes, err = send(self, "quit\r\n")
    if not bytes then
        return nil, err
    end

    return 1
end


-- Returns nothing, or what is wrong.
function M.init_pipeline(self, n)
    if self.queue then
        return "already init pipeline"
    end

    if n ~= nil and type(n) ~= "number" then
        return "bad n arg: number expected, but got " .. type(n)
    end

    self.queue = {}
    self.readers = {}
    return nil
end


function M.cancel_pipeline(self)
    self.queue = nil
    self.readers = nil
end


-- Returns an array with a table of each command's results.
function M.commit_pipeline(self)
    local queue, readers = self.queue, self.readers
    if not queue then
        return nil, "no pipeline"
    end

    if #queue == 0 then
        return nil, "no more cmds"
    end

    M.cancel_pipeline(self)

    local bytes, err = send(self, queue)
    if not bytes then
        return nil, err
    end

    local results = {}
    for i = 1, #readers do
        results[i] = { readers[i](self.sock) }
    end

    return results
end


return M
