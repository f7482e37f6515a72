-- Picks, at each call, between two coroutine libraries: the scheduler's (`coroutine.__create` and
-- so on), whose coroutines may wait for I/O, and Lua's own (`coroutine._create`) for handlers that
-- must not wait. The choice cannot be made earlier: code may hold on to a function that it fetched
-- in another phase.
local base = require "resty.core.base"

local get_raw_phase = ngx.get_raw_phase
local get_request = base.get_request

local PHASE_HEADER_FILTER = 0x20
local PHASE_BODY_FILTER = 0x40


local function uses_scheduler()
    local r = get_request()

    if not r then
        return false
    end

    local phase = get_raw_phase(r)
    return phase ~= PHASE_HEADER_FILTER and phase ~= PHASE_BODY_FILTER
end


for _, name in ipairs { "create", "yield", "resume", "status", "wrap" } do
    local scheduled = coroutine["__" .. name]
    local plain = coroutine["_" .. name]

    coroutine[name] = function (...)
        if uses_scheduler() then
            return scheduled(...)
        end

        return plain(...)
    end
end

package.loaded.coroutine = coroutine


return { version = base.version }
