-- Replies, and the state of subscriptions that they change. Functions take a resty.redis object.
--
-- While subscribed, messages arrive whenever they like: those that come before the reply to a
-- command wait in self._messages. self._channels has the names subscribed to, by kind.
local codec = require "resty.redis.codec"
local new_tab = require "table.new"

local next = next
local read_rest = codec.read_rest
local remove = table.remove
local type = type

-- What acknowledges a change: which kind of channels it is about, and whether one more is
-- subscribed to.
local ACKNOWLEDGEMENTS = {
    subscribe = { kind = "message", added = true },
    psubscribe = { kind = "pmessage", added = true },
    unsubscribe = { kind = "message", added = false },
    punsubscribe = { kind = "pmessage", added = false },
}

local M = {}


function M.reset(self)
    self._subscribed = false
    self._channels = false
    self._messages = false
end


-- One reply, whatever it is. Closes the connection if it cannot be used any more.
local function read(self)
    local sock = self._sock
    local line, err, partial = sock:receive()

    if not line then
        if err == "timeout" then
            if (partial == nil or partial == "") and (self._subscribed or self._blocking) then
                self._pending = not self._subscribed
            else
                sock:close()
            end
        end

        return nil, err
    end

    local value
    value, err = read_rest(sock, line)
    if value == nil then
        sock:close()
        return nil, err
    end

    self._pending = false
    return value, err
end


-- Messages of a channel that is not subscribed to any more are not delivered.
local function forget_messages(self, kind, channel)
    local messages = self._messages
    if not messages then
        return
    end

    for i = #messages, 1, -1 do
        if messages[i][1] == kind and messages[i][2] == channel then
            remove(messages, i)
        end
    end
end


local function acknowledge(self, reply)
    local change = ACKNOWLEDGEMENTS[reply[1]]
    if not change then
        return
    end

    local kind, channel = change.kind, reply[2]
    local channels = self._channels or { message = {}, pmessage = {} }

    self._channels = channels
    channels[kind][channel] = change.added or nil

    if not change.added then
        forget_messages(self, kind, channel)
    end

    if reply[3] == 0 then
        self._subscribed = false
    end
end


-- The reply to a command: messages before it are kept for read_push().
function M.read_command_reply(self)
    if not self._subscribed then
        return read(self)
    end

    while true do
        local reply, err = read(self)
        if type(reply) ~= "table" then
            return reply, err
        end

        if reply[1] ~= "message" and reply[1] ~= "pmessage" then
            acknowledge(self, reply)
            return reply
        end

        local messages = self._messages or {}
        self._messages = messages
        messages[#messages + 1] = reply
    end
end


local read_command_reply = M.read_command_reply


function M.read_replies(self, count)
    local replies = new_tab(count, 0)

    for i = 1, count do
        local reply, err = read_command_reply(self)
        if reply == nil then
            return nil, err
        end

        replies[i] = reply == false and { false, err } or reply
    end

    return replies
end


-- count: how many channels were named. One acknowledgement is returned as it is, more as an array.
function M.read_subscribed(self, count)
    local was_subscribed = self._subscribed
    local reply, err

    self._subscribed = true

    if count > 1 then
        reply, err = M.read_replies(self, count)
    else
        reply, err = read_command_reply(self)
    end

    if not reply then
        self._subscribed = was_subscribed
        return nil, err
    end

    return reply
end


local function still_subscribed(self, kind)
    local channels = self._channels
    return channels and next(channels[kind]) ~= nil
end


-- count: how many channels were named; 0 if none, which means all of the command's kind.
function M.read_unsubscribed(self, command, count)
    local kind = ACKNOWLEDGEMENTS[command].kind
    local reply, err = read_command_reply(self)
    if not reply then
        return nil, err
    end

    if count == 1 or not still_subscribed(self, kind) then
        return reply
    end

    local replies = { reply }

    while #replies < count or count == 0 and still_subscribed(self, kind) do
        reply, err = read_command_reply(self)
        if not reply then
            return nil, err
        end

        replies[#replies + 1] = reply
    end

    return replies
end


function M.read_push(self)
    local messages = self._messages
    if messages and messages[1] then
        return remove(messages, 1)
    end

    if not self._subscribed then
        return nil, "not subscribed"
    end

    local reply, err = read(self)
    if type(reply) == "table" then
        acknowledge(self, reply)
    end

    return reply, err
end


return M
