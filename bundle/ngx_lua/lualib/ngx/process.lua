-- The nginx process that runs the code, and the privileged agent.
local ffi = require "ffi"
local base = require "resty.core.base"

base.allows_subsystem("http", "stream")

local C = ffi.C
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local type = type

ffi.cdef [[
    int ngx_lua_ffi_get_process_type(void);
    int ngx_lua_ffi_master_pid(void);
    void ngx_lua_ffi_process_signal_graceful_exit(void);
    int ngx_lua_ffi_enable_privileged_agent(char **err, unsigned int connections);
]]

local TYPES = {
    [0] = "single",
    [1] = "master",
    [2] = "signaller",
    [3] = "worker",
    [4] = "helper",
    [99] = "privileged agent",
}

local DEFAULT_CONNECTIONS = 512

local M = { version = base.version }


function M.type()
    return TYPES[C.ngx_lua_ffi_get_process_type()] or "unknown"
end


-- In init_by_lua only: nginx starts a process that keeps the master's rights and serves no clients.
function M.enable_privileged_agent(connections)
    if ngx.get_phase() ~= "init" then
        return nil, "API disabled in the current context"
    end

    connections = connections or DEFAULT_CONNECTIONS

    if type(connections) ~= "number" or connections < 0 then
        return nil, "bad 'connections' argument: number expected and greater than 0"
    end

    local err = get_errmsg_ptr()

    if C.ngx_lua_ffi_enable_privileged_agent(err, connections) ~= base.FFI_OK then
        return nil, ffi_string(err[0])
    end

    return true
end


-- The process stops taking connections, ends what it has begun, and exits.
function M.signal_graceful_exit()
    C.ngx_lua_ffi_process_signal_graceful_exit()
end


function M.get_master_pid()
    local pid = C.ngx_lua_ffi_master_pid()

    if pid < 0 then
        return nil
    end

    return pid
end


return M
