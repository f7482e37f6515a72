-- resty.limit.conn: a limit for the number of requests served at the same time, by key. The shared
-- dictionary counts them: who comes in must leave.
local assert = assert
local floor = math.floor
local setmetatable = setmetatable
local shared = ngx.shared

local M = { _VERSION = "0.09" }
local mt = { __index = M }


-- conn: how many are served without delay; burst: how many more with one; default_conn_delay: what
-- a request is supposed to take, in seconds, until leaving() is told better.
function M.new(dict_name, conn, burst, default_conn_delay)
    local dict = shared[dict_name]
    if not dict then
        return nil, "shared dict not found"
    end

    assert(conn > 0 and burst >= 0 and default_conn_delay > 0)
    return setmetatable({
        dict = dict,
        max = conn,
        burst = burst,
        unit_delay = default_conn_delay,
        committed = false,
    }, mt)
end


-- Returns the seconds to wait and the number of connections with this one, or nil and "rejected" or
-- an error. What is not committed changes nothing.
function M.incoming(self, key, commit)
    local dict, limit = self.dict, self.max
    local count, err

    self.committed = false

    if commit then
        count, err = dict:incr(key, 1, 0)
    else
        count, err = dict:get(key)
        count = not err and (count or 0) + 1
    end

    if not count then
        return nil, err
    end

    if count > limit + self.burst then
        if commit then
            local left
            left, err = dict:incr(key, -1)
            if not left then
                return nil, err
            end
        end

        return nil, "rejected"
    end

    self.committed = not not commit
    if count <= limit then
        return 0, count
    end

    return self.unit_delay * floor((count - 1) / limit), count
end


-- Did the last incoming() count a connection? Then leaving() is due.
function M.is_committed(self)
    return self.committed
end


-- latency: what the request took, in seconds; it moves the delay of later ones.
function M.leaving(self, key, latency)
    local count, err = self.dict:incr(key, -1)
    if not count then
        return nil, err
    end

    if latency then
        self.unit_delay = (latency + self.unit_delay) / 2
    end

    return count
end


function M.uncommit(self, key)
    return self.dict:incr(key, -1)
end


function M.set_conn(self, conn)
    self.max = conn
end


function M.set_burst(self, burst)
    self.burst = burst
end


return M
