-- resty.limit.count: a fixed number of requests in a window of time, by key. The window starts with
-- the first request; the shared dictionary counts down and forgets the key at its end.
local assert = assert
local setmetatable = setmetatable
local shared = ngx.shared

local M = { _VERSION = "0.09" }
local mt = { __index = M }


-- window: seconds.
function M.new(dict_name, count, window)
    local dict = shared[dict_name]
    if not dict then
        return nil, "shared dict not found"
    end

    assert(count > 0 and window > 0)
    return setmetatable({ dict = dict, limit = count, window = window }, mt)
end


-- Returns 0 (nothing to wait for) and how many requests are left, or nil and "rejected" or an
-- error. What is not committed changes nothing; what is rejected counts too.
function M.incoming(self, key, commit)
    local dict, limit = self.dict, self.limit
    local remaining, err

    if commit then
        remaining, err = dict:incr(key, -1, limit, self.window)
    else
        remaining, err = dict:get(key)
        remaining = not err and (remaining or limit) - 1
    end

    if not remaining then
        return nil, err
    end

    if remaining < 0 then
        return nil, "rejected"
    end

    return 0, remaining
end


-- Takes one request back. Returns how many are left.
function M.uncommit(self, key)
    local remaining, err = self.dict:incr(key, 1)

    if not remaining then
        if err == "not found" then
            return self.limit
        end

        return nil, err
    end

    return remaining
end


return M
