-- Rate limiting with a shared dictionary. Time is cut into windows; a client's count is that of the
-- running window plus the part of the previous one that still lies within the last `seconds`. So no
-- burst at the border of two windows gets twice the limit through.

local reply = require "demo.reply"

local limits = ngx.shared.limits


local M = {}


-- Counts one event for key. Returns how many more are allowed now; or nil and the seconds to wait.
function M.take(key, limit, seconds)
    local now = ngx.now()
    local window = math.floor(now / seconds)
    local elapsed = now / seconds - window

    local previous = limits:get(key .. ":" .. window - 1) or 0
    local weighted = previous * (1 - elapsed)
    local running_key = key .. ":" .. window
    if weighted + (limits:get(running_key) or 0) >= limit then
        return nil, math.ceil(seconds * (1 - elapsed))
    end

    -- incr is atomic over all workers; the entry disappears by itself when it is of no use any more.
    local running, err = limits:incr(running_key, 1, 0, 2 * seconds)
    if not running then
        return nil, seconds, err
    end
    return math.max(0, math.floor(limit - weighted - running))
end


-- For access_by_lua: lets the request through or ends it with status 429.
function M.check(key, limit, seconds)
    local remaining, wait, err = M.take(key, limit, seconds)
    if err then
        -- Better to serve too much than nothing: a full dictionary must not stop the service.
        ngx.log(ngx.ERR, "rate limiter out of order: ", err)
        return
    end
    ngx.header["X-RateLimit-Limit"] = limit
    ngx.header["X-RateLimit-Remaining"] = remaining or 0
    if not remaining then
        ngx.header["Retry-After"] = wait
        reply.fail(429, "too many changes, wait " .. wait .. " s")
    end
end


return M
