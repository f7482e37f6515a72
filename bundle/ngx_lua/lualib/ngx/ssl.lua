-- The TLS connection of the client: certificates, names, addresses, keys.
local ffi = require "ffi"
local base = require "resty.core.base"
local tls = require "resty.core.tls"

local C = ffi.C
local ffi_new = ffi.new
local ffi_string = ffi.string
local failure = tls.failure
local get_errmsg_ptr = base.get_errmsg_ptr
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local new_tab = base.new_tab
local outcome = tls.outcome
local request = tls.request
local tonumber = tonumber
local type = type

local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

local MAX_CIPHERS = 255
local RANDOM_LEN = 32
local MASTER_KEY_LEN = 48

ffi.cdef [[
    int ngx_lua_ffi_ssl_clear_certs(void *r, char **err);
    int ngx_lua_ffi_ssl_set_der_certificate(void *r, const char *data, size_t len, char **err);
    int ngx_lua_ffi_ssl_set_der_private_key(void *r, const char *data, size_t len, char **err);
    int ngx_lua_ffi_ssl_raw_server_addr(void *r, char **addr, size_t *addrlen, int *addrtype,
                                        char **err);
    int ngx_lua_ffi_ssl_raw_client_addr(void *r, char **addr, size_t *addrlen, int *addrtype,
                                        char **err);
    int ngx_lua_ffi_ssl_server_port(void *r, unsigned short *server_port, char **err);
    int ngx_lua_ffi_ssl_server_name(void *r, char **name, size_t *namelen, char **err);
    int ngx_lua_ffi_cert_pem_to_der(const unsigned char *pem, size_t pem_len, unsigned char *der,
                                    char **err);
    int ngx_lua_ffi_priv_key_pem_to_der(const unsigned char *pem, size_t pem_len,
                                        const unsigned char *passphrase, unsigned char *der,
                                        char **err);
    void *ngx_lua_ffi_parse_pem_cert(const unsigned char *pem, size_t pem_len, char **err);
    void *ngx_lua_ffi_parse_der_cert(const char *data, size_t len, char **err);
    void *ngx_lua_ffi_parse_pem_priv_key(const unsigned char *pem, size_t pem_len, char **err);
    void *ngx_lua_ffi_parse_der_priv_key(const char *data, size_t len, char **err);
    int ngx_lua_ffi_set_cert(void *r, void *cdata, char **err);
    int ngx_lua_ffi_set_priv_key(void *r, void *cdata, char **err);
    int ngx_lua_ffi_ssl_get_tls1_version(void *r, char **err);
    int ngx_lua_ffi_ssl_verify_client(void *r, void *client_certs, void *trusted_certs, int depth,
                                      char **err);
    int ngx_lua_ffi_ssl_client_random(void *r, unsigned char *out, size_t *outlen, char **err);
    int ngx_lua_ffi_ssl_server_random(void *r, unsigned char *out, size_t *outlen, char **err);
    int ngx_lua_ffi_ssl_session_master_key(void *r, unsigned char *out, size_t *outlen,
                                           char **err);
    intptr_t ngx_lua_ffi_ssl_export_keying_material(void *r, unsigned char *out, size_t out_size,
                                                    const char *label, size_t llen,
                                                    const unsigned char *context, size_t ctxlen,
                                                    int use_ctx, char **err);
    intptr_t ngx_lua_ffi_ssl_export_keying_material_early(void *r, unsigned char *out,
                                                          size_t out_size, const char *label,
                                                          size_t llen,
                                                          const unsigned char *context,
                                                          size_t ctxlen, char **err);
    void *ngx_lua_ffi_get_req_ssl_pointer(void *r, char **err);
    void *ngx_lua_ffi_get_upstream_ssl_pointer(void *r, char **err);
    int ngx_lua_ffi_req_shared_ssl_ciphers(void *r, uint16_t *ciphers, uint16_t *nciphers,
                                           int filter_grease, char **err);
    int SSL_session_reused(const void *ssl);
]]

local ADDRESS_TYPES = {
    [0] = "unix",
    [1] = "inet",
    [2] = "inet6",
}

local M = { version = base.version }

tls.add_version_constants(M)

local char_ptr = ffi_new("char *[1]")
local type_ptr = ffi_new("int[1]")
local port_ptr = ffi_new("unsigned short[1]")
local count_ptr = ffi_new("uint16_t[1]")
local cipher_buf = ffi_new("uint16_t[?]", MAX_CIPHERS)


-- --- certificates and keys ---

function M.clear_certs()
    return outcome(C.ngx_lua_ffi_ssl_clear_certs(request(), get_errmsg_ptr()))
end


function M.set_der_cert(data)
    return outcome(C.ngx_lua_ffi_ssl_set_der_certificate(request(), data, #data,
                                                         get_errmsg_ptr()))
end


function M.set_der_priv_key(data)
    return outcome(C.ngx_lua_ffi_ssl_set_der_private_key(request(), data, #data,
                                                         get_errmsg_ptr()))
end


function M.cert_pem_to_der(pem)
    local buf = get_string_buf(#pem)
    local len = C.ngx_lua_ffi_cert_pem_to_der(pem, #pem, buf, get_errmsg_ptr())

    if len <= 0 then
        return failure()
    end

    return ffi_string(buf, len)
end


function M.priv_key_pem_to_der(pem, passphrase)
    local buf = get_string_buf(#pem)
    local len = C.ngx_lua_ffi_priv_key_pem_to_der(pem, #pem, passphrase, buf, get_errmsg_ptr())

    if len <= 0 then
        return failure()
    end

    return ffi_string(buf, len)
end


function M.parse_pem_cert(pem)
    return tls.own_cert(C.ngx_lua_ffi_parse_pem_cert(pem, #pem, get_errmsg_ptr()))
end


function M.parse_der_cert(data)
    return tls.own_cert(C.ngx_lua_ffi_parse_der_cert(data, #data, get_errmsg_ptr()))
end


function M.parse_pem_priv_key(pem)
    return tls.own_priv_key(C.ngx_lua_ffi_parse_pem_priv_key(pem, #pem, get_errmsg_ptr()))
end


function M.parse_der_priv_key(data)
    return tls.own_priv_key(C.ngx_lua_ffi_parse_der_priv_key(data, #data, get_errmsg_ptr()))
end


function M.set_cert(cert)
    return outcome(C.ngx_lua_ffi_set_cert(request(), cert, get_errmsg_ptr()))
end


function M.set_priv_key(priv_key)
    return outcome(C.ngx_lua_ffi_set_priv_key(request(), priv_key, get_errmsg_ptr()))
end


-- Asks the client for a certificate: of the authorities in `ca_certs`, or one that
-- `trusted_certs` vouch for.
function M.verify_client(ca_certs, depth, trusted_certs)
    return outcome(C.ngx_lua_ffi_ssl_verify_client(request(), ca_certs, trusted_certs, depth or -1,
                                                   get_errmsg_ptr()))
end


-- --- names and addresses ---

function M.server_name()
    local size = get_size_ptr()
    local rc = C.ngx_lua_ffi_ssl_server_name(request(), char_ptr, size, get_errmsg_ptr())

    if rc == FFI_OK then
        return ffi_string(char_ptr[0], size[0])
    end

    if rc == FFI_DECLINED then
        return nil
    end

    return failure()
end


function M.server_port()
    if C.ngx_lua_ffi_ssl_server_port(request(), port_ptr, get_errmsg_ptr()) ~= FFI_OK then
        return failure()
    end

    return port_ptr[0]
end


-- Bytes and kind of the address that a C function has left in the shared out parameters.
local function address(rc)
    if rc ~= FFI_OK then
        return nil, nil, ffi_string(get_errmsg_ptr()[0])
    end

    local kind = ADDRESS_TYPES[type_ptr[0]]

    if not kind then
        return nil, nil, "unknown address type: " .. type_ptr[0]
    end

    return ffi_string(char_ptr[0], get_size_ptr()[0]), kind
end


function M.raw_server_addr()
    return address(C.ngx_lua_ffi_ssl_raw_server_addr(request(), char_ptr, get_size_ptr(), type_ptr,
                                                     get_errmsg_ptr()))
end


function M.raw_client_addr()
    return address(C.ngx_lua_ffi_ssl_raw_client_addr(request(), char_ptr, get_size_ptr(), type_ptr,
                                                     get_errmsg_ptr()))
end


-- --- what has been agreed on ---

function M.get_tls1_version()
    return tls.version(C.ngx_lua_ffi_ssl_get_tls1_version(request(), get_errmsg_ptr()))
end


function M.get_tls1_version_str()
    return tls.version_name(C.ngx_lua_ffi_ssl_get_tls1_version(request(), get_errmsg_ptr()))
end


-- The ciphers that both sides know, by number.
function M.get_req_shared_ssl_ciphers(filter_grease)
    local r = request()

    count_ptr[0] = MAX_CIPHERS

    if C.ngx_lua_ffi_req_shared_ssl_ciphers(r, cipher_buf, count_ptr,
                                            filter_grease == false and 0 or 1,
                                            get_errmsg_ptr()) ~= FFI_OK
    then
        return failure()
    end

    local n = count_ptr[0]
    local ciphers = new_tab(n, 0)

    for i = 1, n do
        ciphers[i] = cipher_buf[i - 1]
    end

    return ciphers
end


-- What `get` writes, in at most `len` bytes; with 0, how many it could write.
local function secret(get, len)
    local r = request()
    local size = get_size_ptr()
    local buf = get_string_buf(len)

    size[0] = len

    if get(r, buf, size, get_errmsg_ptr()) ~= FFI_OK then
        return failure()
    end

    if len == 0 then
        return tonumber(size[0])
    end

    return ffi_string(buf, size[0])
end


function M.get_client_random(len)
    return secret(C.ngx_lua_ffi_ssl_client_random, len or RANDOM_LEN)
end


function M.get_server_random(len)
    return secret(C.ngx_lua_ffi_ssl_server_random, len or RANDOM_LEN)
end


function M.get_session_master_key(len)
    return secret(C.ngx_lua_ffi_ssl_session_master_key, len or MASTER_KEY_LEN)
end


local function exported(rc, buf, len)
    if rc == FFI_OK then
        return ffi_string(buf, len)
    end

    if rc == FFI_DECLINED then
        return nil
    end

    return failure()
end


-- RFC 5705. Without a context and with an empty one are two things before TLS 1.3.
function M.export_keying_material(len, label, context)
    local buf = get_string_buf(len)
    local rc = C.ngx_lua_ffi_ssl_export_keying_material(request(), buf, len, label, #label, context,
                                                        context and #context or 0,
                                                        context and 1 or 0, get_errmsg_ptr())

    return exported(tonumber(rc), buf, len)
end


function M.export_keying_material_early(len, label, context)
    local buf = get_string_buf(len)
    local rc = C.ngx_lua_ffi_ssl_export_keying_material_early(request(), buf, len, label, #label,
                                                              context, context and #context or 0,
                                                              get_errmsg_ptr())

    return exported(tonumber(rc), buf, len)
end


-- --- OpenSSL's own objects ---

function M.get_req_ssl_pointer()
    local ssl = C.ngx_lua_ffi_get_req_ssl_pointer(request(), get_errmsg_ptr())

    if ssl == nil then
        return failure()
    end

    return ssl
end


function M.get_upstream_ssl_pointer()
    local ssl = C.ngx_lua_ffi_get_upstream_ssl_pointer(request(), get_errmsg_ptr())

    if ssl == nil then
        return failure()
    end

    return ssl
end


function M.ssl_session_reused(ssl)
    if type(ssl) ~= "cdata" then
        return nil, "bad ssl"
    end

    return C.SSL_session_reused(ssl) == 1
end


return M
