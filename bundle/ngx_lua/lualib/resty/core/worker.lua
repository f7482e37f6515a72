-- ngx.worker: the nginx worker process that runs the code.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local ffi_new = ffi.new
local get_size_ptr = base.get_size_ptr
local new_tab = base.new_tab

ffi.cdef [[
    int ngx_lua_ffi_worker_id(void);
    int ngx_lua_ffi_worker_pid(void);
    int ngx_lua_ffi_worker_pids(int *pids, size_t *count);
    int ngx_lua_ffi_worker_count(void);
    int ngx_lua_ffi_worker_exiting(void);
]]

-- While nginx reloads, the workers of some generations live side by side.
local GENERATIONS = 4

local worker = {}
ngx.worker = worker


function worker.exiting()
    return C.ngx_lua_ffi_worker_exiting() ~= 0
end


function worker.pid()
    local result = C.ngx_lua_ffi_worker_pid()
    return result
end


function worker.count()
    local result = C.ngx_lua_ffi_worker_count()
    return result
end


function worker.id()
    local id = C.ngx_lua_ffi_worker_id()

    if id < 0 then
        return nil
    end

    return id
end


-- Before the workers are up a process does not know its siblings.
function worker.pids()
    local phase = ngx.get_phase()

    if phase == "init" or phase == "init_worker" then
        return nil, "API disabled in the current context"
    end

    local capacity = worker.count() * GENERATIONS
    local pids = ffi_new("int[?]", capacity)
    local count = get_size_ptr()
    count[0] = capacity
    C.ngx_lua_ffi_worker_pids(pids, count)

    local n = tonumber(count[0])
    local res = new_tab(n, 0)

    for i = 1, n do
        res[i] = pids[i - 1]
    end

    return res
end


return { _VERSION = base.version }
