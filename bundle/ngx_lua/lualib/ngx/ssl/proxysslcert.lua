-- The certificate that a proxied server is shown, for proxy_ssl_certificate_by_lua*.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

local C = ffi.C
local get_errmsg_ptr = base.get_errmsg_ptr
local outcome = tls.outcome
local request = tls.request

ffi.cdef [[
    int ngx_lua_ffi_proxy_ssl_clear_certs(void *r, char **err);
    int ngx_lua_ffi_proxy_ssl_set_der_certificate(void *r, const char *data, size_t len,
                                                  char **err);
    int ngx_lua_ffi_proxy_ssl_set_der_private_key(void *r, const char *data, size_t len,
                                                  char **err);
    int ngx_lua_ffi_proxy_ssl_set_cert(void *r, void *cdata, char **err);
    int ngx_lua_ffi_proxy_ssl_set_priv_key(void *r, void *cdata, char **err);
]]

local M = { version = base.version }


function M.clear_certs()
    return outcome(C.ngx_lua_ffi_proxy_ssl_clear_certs(request(), get_errmsg_ptr()))
end


function M.set_der_cert(data)
    return outcome(C.ngx_lua_ffi_proxy_ssl_set_der_certificate(request(), data, #data,
                                                               get_errmsg_ptr()))
end


function M.set_der_priv_key(data)
    return outcome(C.ngx_lua_ffi_proxy_ssl_set_der_private_key(request(), data, #data,
                                                               get_errmsg_ptr()))
end


function M.set_cert(cert)
    return outcome(C.ngx_lua_ffi_proxy_ssl_set_cert(request(), cert, get_errmsg_ptr()))
end


function M.set_priv_key(priv_key)
    return outcome(C.ngx_lua_ffi_proxy_ssl_set_priv_key(request(), priv_key, get_errmsg_ptr()))
end


return M
