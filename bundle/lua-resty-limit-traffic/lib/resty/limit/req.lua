-- resty.limit.req: a leaky bucket for the rate of requests, by key. The state of a key in the
-- shared dictionary is a record of 16 bytes.
local ffi = require "ffi"

local abs = math.abs
local assert = assert
local ffi_copy = ffi.copy
local ffi_string = ffi.string
local max = math.max
local now = ngx.now
local setmetatable = setmetatable
local shared = ngx.shared
local tonumber = tonumber
local type = type

-- excess: requests above the rate, in 1/1000; last: when the key was last seen, in ms.
local record_type = ffi.typeof("struct { unsigned long excess; uint64_t last; }[1]")
local RECORD_SIZE = ffi.sizeof(record_type)
local ABUSED = "shdict abused by other users"

-- Nothing yields while it holds a key's state.
local record = record_type()

local M = { _VERSION = "0.09" }
local mt = { __index = M }


-- rate, burst: requests a second, fractions too.
function M.new(dict_name, rate, burst)
    local dict = shared[dict_name]
    if not dict then
        return nil, "shared dict not found"
    end

    assert(rate > 0 and burst >= 0)
    return setmetatable({ dict = dict, rate = rate * 1000, burst = burst * 1000 }, mt)
end


-- Loads the state of a key. Returns true, or nil and an error; "not found" is one.
local function load_record(dict, key)
    local value, err = dict:get(key)

    if value == nil then
        return nil, err or "not found"
    end

    if type(value) ~= "string" or #value ~= RECORD_SIZE then
        return nil, ABUSED
    end

    ffi_copy(record, value, RECORD_SIZE)
    return true
end


local function store_record(dict, key, excess, last)
    record[0].excess = excess
    record[0].last = last
    return dict:set(key, ffi_string(record, RECORD_SIZE))
end


-- Returns the seconds to wait and the requests in excess, or nil and "rejected" or an error. What
-- is not committed changes nothing.
function M.incoming(self, key, commit)
    local dict, rate = self.dict, self.rate
    local time = now() * 1000
    local excess = 0

    local ok, err = load_record(dict, key)
    if ok then
        local elapsed = abs(time - tonumber(record[0].last))

        excess = max(tonumber(record[0].excess) - rate * elapsed / 1000 + 1000, 0)
        if excess > self.burst then
            return nil, "rejected"
        end

    elseif err ~= "not found" then
        return nil, err
    end

    if commit then
        ok, err = store_record(dict, key, excess, time)
        if not ok then
            return nil, err
        end
    end

    return excess / rate, excess / 1000
end


-- Takes one request back.
function M.uncommit(self, key)
    local ok, err = load_record(self.dict, key)
    if not ok then
        return nil, err
    end

    local excess = max(tonumber(record[0].excess) - 1000, 0)

    ok, err = store_record(self.dict, key, excess, record[0].last)
    if not ok then
        return nil, err
    end

    return true
end


function M.set_rate(self, rate)
    self.rate = rate * 1000
end


function M.set_burst(self, burst)
    self.burst = burst * 1000
end


return M
