-- The verdict on a proxied server's certificate, for proxy_ssl_verify_by_lua*.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

local C = ffi.C
local error = error
local failure = tls.failure
local ffi_gc = ffi.gc
local get_errmsg_ptr = base.get_errmsg_ptr
local get_phase = ngx.get_phase

ffi.cdef [[
    int ngx_lua_ffi_proxy_ssl_set_verify_result(void *r, int verify_result, char **err);
    int ngx_lua_ffi_proxy_ssl_get_verify_result(void *r, char **err);
    void *ngx_lua_ffi_proxy_ssl_get_verify_cert(void *r, char **err);
    void ngx_lua_ffi_proxy_ssl_free_verify_cert(void *cdata);
]]

local M = { version = base.version }


local function request()
    local r = tls.request()

    if get_phase() ~= "proxy_ssl_verify" then
        error("API disabled in the current context")
    end

    return r
end


-- One of OpenSSL's X509_V_* codes; 0 accepts the certificate.
function M.set_verify_result(result)
    return tls.outcome(C.ngx_lua_ffi_proxy_ssl_set_verify_result(request(), result,
                                                                 get_errmsg_ptr()))
end


function M.get_verify_result()
    local result = C.ngx_lua_ffi_proxy_ssl_get_verify_result(request(), get_errmsg_ptr())

    if result < 0 then
        return failure()
    end

    return result
end


-- OpenSSL's X509 object.
function M.get_verify_cert()
    local cert = C.ngx_lua_ffi_proxy_ssl_get_verify_cert(request(), get_errmsg_ptr())

    if cert == nil then
        return failure()
    end

    return ffi_gc(cert, C.ngx_lua_ffi_proxy_ssl_free_verify_cert)
end


return M
