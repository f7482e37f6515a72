-- The beginning of a connection: the server greets, TLS starts if wanted, the user logs in.
local auth = require "resty.mysql.auth"
local bit = require "bit"
local packet = require "resty.mysql.packet"
local result = require "resty.mysql.result"

local band = bit.band
local bor = bit.bor
local byte = string.byte
local char = string.char
local max = math.max
local rep = string.rep
local sub = string.sub
local put_text = packet.put_text
local put_uint4 = packet.put_uint4

local OLDEST_PROTOCOL = 10
local CLIENT_SSL = 0x800
local CLIENT_PLUGIN_AUTH = 0x80000
local CLIENT_PLUGIN_AUTH_LENENC_DATA = 0x200000
-- LONG_PASSWORD to MULTI_RESULTS, without COMPRESS and SSL.
local CLIENT_FLAGS = bor(0x3f7cf, CLIENT_PLUGIN_AUTH)
-- Longer answers need the flag for them.
local LONG_ANSWER = 250

local FIRST_SCRAMBLE_SIZE = 8
local RESERVED_SIZE = 10
local FILLER_SIZE = 23
local DEFAULT_PLUGIN = "mysql_native_password"

local M = {}


-- What follows the server's version: first half of the scramble, capabilities, second half, plugin.
local function parse_abilities(greeting, data, pos, last)
    local first_half = sub(data, pos, pos + FIRST_SCRAMBLE_SIZE - 1)
    local low = packet.uint2(data, pos + FIRST_SCRAMBLE_SIZE + 1)

    -- Behind the low half of the capabilities: character set (1), status (2), the high half.
    pos = pos + FIRST_SCRAMBLE_SIZE + 3
    local scramble_size = byte(data, pos + 5) or 0

    greeting.capabilities = low + packet.uint2(data, pos + 3) * 0x10000
    pos = pos + 6 + RESERVED_SIZE

    -- The second half ends with a NUL, which does not count.
    local rest_size = max(13, scramble_size - FIRST_SCRAMBLE_SIZE)
    greeting.scramble = first_half .. sub(data, pos, pos + rest_size - 2)

    if band(greeting.capabilities, CLIENT_PLUGIN_AUTH) == 0 then
        greeting.plugin = DEFAULT_PLUGIN
        return
    end

    pos = pos + rest_size
    greeting.plugin = packet.nul_terminated(data, pos, last) or sub(data, pos, last)
end


-- Returns {version, capabilities, scramble, plugin}, or nil and an error.
function M.read_greeting(channel)
    local data, pos, last = channel:read()
    if not data then
        return nil, pos
    end

    if byte(data, pos) == 0xff then
        local _, message = result.parse_error(data, pos, last)
        return nil, message
    end

    local protocol = byte(data, pos)
    if not protocol then
        return nil, "bad handshake initialization packet: bad protocol version"
    end

    if protocol < OLDEST_PROTOCOL then
        return nil, "unsupported protocol version " .. protocol
                    .. ", version 10 or higher is required"
    end

    local version, after = packet.nul_terminated(data, pos + 1, last)
    if not version then
        return nil, "bad handshake initialization packet: bad server version"
    end

    local greeting = { version = version }

    -- Behind the version: the connection's id (4).
    parse_abilities(greeting, data, after + 4, last)
    return greeting
end


local function response_head(flags, opts)
    return put_uint4(flags) .. put_uint4(opts.max_packet_size) .. char(opts.charset)
           .. rep("\0", FILLER_SIZE)
end


local function start_tls(channel, greeting, opts)
    if band(greeting.capabilities, CLIENT_SSL) == 0 then
        return nil, "ssl disabled on server"
    end

    local bytes, err = channel:send(response_head(bor(CLIENT_FLAGS, CLIENT_SSL), opts))
    if not bytes then
        return nil, "failed to send client authentication packet: " .. err
    end

    local ok
    ok, err = channel.sock:sslhandshake(false, nil, opts.ssl_verify)
    if not ok then
        return nil, "failed to do ssl handshake: " .. (err or "")
    end

    return CLIENT_SSL
end


-- The server wants another plugin. Returns its name, or nil and an error.
local function switch_plugin(login, data, pos, last)
    local plugin = "mysql_old_password"

    if pos < last then
        local after
        plugin, after = packet.nul_terminated(data, pos + 1, last)
        if not plugin then
            return nil, "malformed packet"
        end

        local ending = byte(data, last) == 0 and last - 1 or last
        login.scramble = sub(data, after, ending)
    end

    local answer, err = auth.answer(login, plugin)
    if not answer then
        return nil, err
    end

    local bytes
    bytes, err = login.channel:send(answer)
    if not bytes then
        return nil, "failed to send client authentication packet: " .. err
    end

    return plugin
end


-- Until the server accepts the user or does not. Returns true; or nil, an error, and for the
-- server's own errors number and SQL state.
local function finish(login, plugin)
    local channel = login.channel

    while true do
        local data, pos, last = channel:read()
        if not data then
            return nil, "failed to receive the result packet: " .. pos
        end

        local first = byte(data, pos)
        local ok, err

        if first == 0x00 then
            return true
        elseif first == 0xff then
            return result.parse_error(data, pos, last)
        elseif first == 0xfe then
            plugin, err = switch_plugin(login, data, pos, last)
            ok = plugin
        elseif first == 0x01 then
            ok, err = auth.continue(login, plugin, data, pos, last)
        else
            return nil, "bad packet type: " .. packet.kind(data, pos, last)
        end

        if not ok then
            return nil, err
        end
    end
end


-- opts: user, password, database, charset (a number), max_packet_size, ssl, ssl_verify, secure (the
-- connection is a unix socket), public_key. Returns as finish() does.
function M.log_in(channel, greeting, opts)
    local flags = CLIENT_FLAGS

    if opts.ssl or opts.ssl_verify then
        local flag, err = start_tls(channel, greeting, opts)
        if not flag then
            return nil, err
        end

        flags = bor(flags, flag)
    end

    local login = {
        channel = channel,
        password = opts.password,
        scramble = greeting.scramble,
        secure = opts.secure or flags ~= CLIENT_FLAGS,
    }

    local answer, err = auth.answer(login, greeting.plugin)
    if not answer then
        return nil, err
    end

    if #answer > LONG_ANSWER then
        flags = bor(flags, CLIENT_PLUGIN_AUTH_LENENC_DATA)
    end

    local bytes
    bytes, err = channel:send(response_head(flags, opts) .. opts.user .. "\0" .. put_text(answer)
                              .. opts.database .. "\0" .. greeting.plugin .. "\0")
    if not bytes then
        return nil, "failed to send client authentication packet: " .. err
    end

    return finish(login, greeting.plugin)
end


return M
