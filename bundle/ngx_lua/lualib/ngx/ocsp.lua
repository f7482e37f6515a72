-- The status of certificates: whom to ask, the request, the response, passing it to the client.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

base.allows_subsystem("http")

local C = ffi.C
local failure = tls.failure
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local get_string_buf_size = base.get_string_buf_size
local request = tls.request
local tonumber = tonumber

local FFI_BUSY = base.FFI_BUSY
local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

ffi.cdef [[
    int ngx_lua_ffi_ssl_get_ocsp_responder_from_der_chain(const char *chain_data, size_t chain_len,
                                                          unsigned char *out, size_t *out_size,
                                                          char **err);
    int ngx_lua_ffi_ssl_create_ocsp_request(const char *chain_data, size_t chain_len,
                                            unsigned char *out, size_t *out_size, char **err);
    int ngx_lua_ffi_ssl_validate_ocsp_response(const unsigned char *resp, size_t resp_len,
                                               const char *chain_data, size_t chain_len,
                                               unsigned char *errbuf, size_t *errbuf_size,
                                               long *valid);
    int ngx_lua_ffi_ssl_set_ocsp_status_resp(void *r, const unsigned char *resp, size_t resp_len,
                                             char **err);
]]

local M = { version = base.version }

local valid_ptr = ffi_new("long[1]")


-- Room for `maxlen` bytes, and the pointer to its size.
local function buffer(maxlen)
    local size = get_size_ptr()
    maxlen = maxlen or get_string_buf_size()
    size[0] = maxlen
    return get_string_buf(maxlen), size
end


function M.get_ocsp_responder_from_der_chain(certs, maxlen)
    local buf, size = buffer(maxlen)
    local rc = C.ngx_lua_ffi_ssl_get_ocsp_responder_from_der_chain(certs, #certs, buf, size,
                                                                   get_errmsg_ptr())

    if rc == FFI_OK then
        return ffi_string(buf, size[0])
    end

    if rc == FFI_DECLINED then
        return nil
    end

    if rc == FFI_BUSY then
        return ffi_string(buf, size[0]), "truncated"
    end

    return failure()
end


function M.create_ocsp_request(certs, maxlen)
    local buf, size = buffer(maxlen)
    local room = tonumber(size[0])
    local rc = C.ngx_lua_ffi_ssl_create_ocsp_request(certs, #certs, buf, size, get_errmsg_ptr())

    if rc == FFI_OK then
        return ffi_string(buf, size[0])
    end

    if rc == FFI_BUSY then
        return nil, ffi_string(get_errmsg_ptr()[0]) .. ": " .. tonumber(size[0]) .. " > " .. room
    end

    return failure()
end


-- Also the time when the response is to be replaced, where it has one.
function M.validate_ocsp_response(resp, chain, max_errmsg_len)
    local buf, size = buffer(max_errmsg_len)

    if C.ngx_lua_ffi_ssl_validate_ocsp_response(resp, #resp, chain, #chain, buf, size, valid_ptr)
       ~= FFI_OK
    then
        return nil, ffi_string(buf, size[0])
    end

    local next_update = tonumber(valid_ptr[0])

    if next_update == 0 then
        return true
    end

    return true, next_update
end


function M.set_ocsp_status_resp(resp)
    local rc = C.ngx_lua_ffi_ssl_set_ocsp_status_resp(request(), resp, #resp, get_errmsg_ptr())

    if rc == FFI_DECLINED then
        return true, "no status req"
    end

    return tls.outcome(rc)
end


return M
