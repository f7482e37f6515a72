-- resty.lock: mutual exclusion between all workers. A lock is held by an entry in a shared
-- dictionary; who finds it taken sleeps and tries again, longer each time.
local ffi = require "ffi"

local ERR = ngx.ERR
local log = ngx.log
local max = math.max
local min = math.min
local setmetatable = setmetatable
local shared = ngx.shared
local sleep = ngx.sleep
local tonumber = tonumber

-- What sleep() can tell apart.
local SHORTEST_SLEEP = 0.001

-- The state of a lock that is held, by the lock's id: {dict = dictionary, key = key}.
local held = {}
local last_id = 0


-- Deletes the entry of a lock. Returns what the dictionary does.
local function give_back(id)
    local holding = held[id]
    held[id] = nil
    return holding.dict:delete(holding.key)
end


-- A lock's table carries this cdata, so that the entry goes when the table does: plain tables have
-- no finalizers.
local guard_type = ffi.metatype("struct { double id; }", {
    __gc = function(guard)
        local id = tonumber(guard.id)
        local holding = held[id]
        if not holding then
            return
        end

        local ok, err = give_back(id)
        if not ok then
            log(ERR, 'failed to delete key "', holding.key, '": ', err)
        end
    end,
})

local M = { _VERSION = "0.09" }
local mt = { __index = M }


-- opts, in seconds: exptime (after which a lock that was not given back is free), timeout (how long
-- lock() tries), step (the first sleep), ratio (each next sleep to the one before), max_step.
function M.new(_, dict_name, opts)
    local dict = shared[dict_name]
    if not dict then
        return nil, "dictionary not found"
    end

    opts = opts or {}

    local exptime = opts.exptime or 30
    local timeout = opts.timeout and min(opts.timeout, exptime)
    local step = opts.step or SHORTEST_SLEEP

    last_id = last_id + 1
    return setmetatable({
        dict = dict,
        guard = guard_type(last_id),
        id = last_id,
        exptime = exptime,
        timeout = timeout or min(5, exptime),
        step = timeout and min(step, timeout) or step,
        ratio = opts.ratio or 2,
        max_step = opts.max_step or 0.5,
    }, mt)
end


-- Tries until the timeout. Returns the time slept, or nil and an error.
local function wait_and_add(self, key)
    local dict, exptime = self.dict, self.exptime
    local ratio, max_step = self.ratio, self.max_step
    local step, remaining = self.step, self.timeout
    local elapsed = 0

    while remaining > 0 do
        sleep(step)
        elapsed = elapsed + step
        remaining = remaining - step

        local ok, err = dict:add(key, true, exptime)
        if ok then
            return elapsed
        end

        if err ~= "exists" then
            return nil, err
        end

        step = min(max(SHORTEST_SLEEP, step * ratio), remaining, max_step)
    end

    return nil, "timeout"
end


-- Returns how long it slept (0: the lock was free), or nil and an error.
function M.lock(self, key)
    if not key then
        return nil, "nil key"
    end

    local id = self.id
    if held[id] then
        return nil, "locked"
    end

    local elapsed = 0
    local ok, err = self.dict:add(key, true, self.exptime)

    if not ok then
        if err ~= "exists" then
            return nil, err
        end

        elapsed, err = wait_and_add(self, key)
        if not elapsed then
            return nil, err
        end
    end

    held[id] = { dict = self.dict, key = key }
    return elapsed
end


function M.unlock(self)
    local id = self.id
    if not held[id] then
        return nil, "unlocked"
    end

    local ok, err = give_back(id)
    if not ok then
        return nil, err
    end

    return 1
end


-- The lock expires `time` seconds from now (default: the option exptime).
function M.expire(self, time)
    local holding = held[self.id]
    if not holding then
        return nil, "unlocked"
    end

    return holding.dict:expire(holding.key, time or self.exptime)
end


return M
