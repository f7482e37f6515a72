-- TLS sessions, for ssl_session_fetch_by_lua* and ssl_session_store_by_lua*.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

base.allows_subsystem("http")

local C = ffi.C
local failure = tls.failure
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_string_buf = base.get_string_buf
local request = tls.request

local FFI_OK = base.FFI_OK

local MAX_SESSION = 4096

ffi.cdef [[
    int ngx_lua_ffi_ssl_get_serialized_session_size(void *r, char **err);
    int ngx_lua_ffi_ssl_get_serialized_session(void *r, unsigned char *buf, char **err);
    int ngx_lua_ffi_ssl_get_session_id_size(void *r, char **err);
    int ngx_lua_ffi_ssl_get_session_id(void *r, unsigned char *buf, char **err);
    int ngx_lua_ffi_ssl_set_serialized_session(void *r, const unsigned char *data, int len,
                                               char **err);
]]

local M = { version = base.version }


function M.get_serialized_session()
    local r = request()
    local len = C.ngx_lua_ffi_ssl_get_serialized_session_size(r, get_errmsg_ptr())

    if len < 0 then
        return failure()
    end

    if len > MAX_SESSION then
        return nil, "session too big to serialize"
    end

    local buf = get_string_buf(len)

    if C.ngx_lua_ffi_ssl_get_serialized_session(r, buf, get_errmsg_ptr()) ~= FFI_OK then
        return failure()
    end

    return ffi_string(buf, len)
end


-- In hexadecimal.
function M.get_session_id()
    local r = request()
    local len = C.ngx_lua_ffi_ssl_get_session_id_size(r, get_errmsg_ptr())

    if len < 0 then
        return failure()
    end

    local buf = get_string_buf(len)

    if C.ngx_lua_ffi_ssl_get_session_id(r, buf, get_errmsg_ptr()) ~= FFI_OK then
        return failure()
    end

    return ffi_string(buf, len)
end


-- The session that has been found.
function M.set_serialized_session(session)
    return tls.outcome(C.ngx_lua_ffi_ssl_set_serialized_session(request(), session, #session,
                                                                get_errmsg_ptr()))
end


return M
