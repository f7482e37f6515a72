-- resty.limit.traffic: several limits for one request. It is counted by all of them or by none.
local max = math.max

local M = { _VERSION = "0.09" }


-- Takes the request back from the first `count` limiters and from the last one.
local function uncommit(limiters, keys, count)
    for i = 1, count do
        local ok, err = limiters[i]:uncommit(keys[i])
        if not ok then
            return nil, err
        end
    end

    local last = #limiters
    return limiters[last]:uncommit(keys[last])
end


-- limiters[i] judges keys[i]. Returns the longest of the delays, or nil and an error. states[i],
-- if given, is set to what limiters[i] returns as second value.
function M.combine(limiters, keys, states)
    local last = #limiters
    local longest = 0

    for i = 1, last do
        local delay, state = limiters[i]:incoming(keys[i], i == last)
        if not delay then
            return nil, state
        end

        if states then
            states[i] = state
        end

        longest = max(longest, delay)
    end

    for i = 1, last - 1 do
        local delay, state = limiters[i]:incoming(keys[i], true)
        if not delay then
            local ok, err = uncommit(limiters, keys, i - 1)
            return nil, ok and state or "failed to uncommit: " .. err
        end

        if states then
            states[i] = state
        end

        longest = max(longest, delay)
    end

    return longest
end


return M
