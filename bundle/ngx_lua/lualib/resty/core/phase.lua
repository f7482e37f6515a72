-- ngx.get_phase.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request

local FFI_ERROR = base.FFI_ERROR

ffi.cdef [[
    int ngx_lua_ffi_get_phase(void *r, char **err);
]]

local PHASES = {
    [0x1] = "set",
    [0x2] = "rewrite",
    [0x4] = "access",
    [0x8] = "content",
    [0x10] = "log",
    [0x20] = "header_filter",
    [0x40] = "body_filter",
    [0x80] = "timer",
    [0x100] = "init_worker",
    [0x200] = "balancer",
    [0x400] = "ssl_cert",
    [0x800] = "ssl_session_store",
    [0x1000] = "ssl_session_fetch",
    [0x2000] = "exit_worker",
    [0x4000] = "ssl_client_hello",
    [0x8000] = "server_rewrite",
    [0x10000] = "proxy_ssl_verify",
    [0x20000] = "precontent",
    [0x40000] = "proxy_ssl_cert",
    [0x80000] = "preread",
}


local function get_raw_phase(r)
    local err = get_errmsg_ptr()
    local phase = C.ngx_lua_ffi_get_phase(r, err)

    if phase == FFI_ERROR then
        error(ffi_string(err[0]), 2)
    end

    return phase
end


if ngx.config.subsystem == "http" then
    ngx.get_raw_phase = get_raw_phase
end


function ngx.get_phase()
    local r = get_request()

    if not r then
        return "init"
    end

    local phase = get_raw_phase(r)
    local name = PHASES[phase]

    if not name then
        error("unknown phase: " .. phase)
    end

    return name
end


-- Libraries use it to tell phases apart; nil without a request.
function ngx._phase_ctx()
    local r = get_request()
    return r and get_raw_phase(r)
end


return { version = base.version }
