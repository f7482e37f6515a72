-- Additions to ngx.resp and ngx.status.
local ffi = require "ffi"
local base = require "resty.core.base"

base.allows_subsystem("http")

local response = require "resty.core.response"

local C = ffi.C
local error = error
local get_request = base.get_request
local set_resp_header = response.set_resp_header
local tonumber = tonumber
local type = type

local FFI_BAD_CONTEXT = base.FFI_BAD_CONTEXT

ffi.cdef [[
    int ngx_http_lua_ffi_set_resp_status_and_reason(ngx_http_request_t *r, int status,
                                                    const char *reason, size_t reason_len);
]]

local M = {
    version = base.version,
    bypass_if_checks = response.bypass_if_checks,
}


-- Adds a response header beside those of the same name, or replaces one that can occur just once.
function M.add_header(name, value)
    set_resp_header(nil, name, value, true)
end


-- Sets the status and the phrase that follows it in the status line.
function M.set_status(status, reason)
    local r = get_request()

    if not r then
        error("no request found")
    end

    if type(status) ~= "number" then
        status = tonumber(status)
    end

    local rc = C.ngx_http_lua_ffi_set_resp_status_and_reason(r, status, reason, #reason)

    if rc == FFI_BAD_CONTEXT then
        error("API disabled in the current context", 2)
    end
end


return M
