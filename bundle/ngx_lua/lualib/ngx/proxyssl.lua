-- The TLS connection to a proxied server.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

local C = ffi.C
local get_errmsg_ptr = base.get_errmsg_ptr
local request = tls.request

ffi.cdef [[
    int ngx_lua_ffi_proxy_ssl_get_tls1_version(void *r, char **err);
]]

local M = { version = base.version }

tls.add_version_constants(M)


function M.get_tls1_version()
    return tls.version(C.ngx_lua_ffi_proxy_ssl_get_tls1_version(request(), get_errmsg_ptr()))
end


function M.get_tls1_version_str()
    return tls.version_name(C.ngx_lua_ffi_proxy_ssl_get_tls1_version(request(), get_errmsg_ptr()))
end


return M
