-- Client certificates for TLS: checked, and named by their digest, so that connections of different
-- identities are never mixed up.
local ffi = require "ffi"
local to_hex = require("resty.string").to_hex

local C = ffi.C
local ffi_cast = ffi.cast
local ffi_new = ffi.new
local ffi_string = ffi.string
local type = type

local MAX_DIGEST_SIZE = 64

ffi.cdef [[
    typedef struct stack_st OPENSSL_STACK;
    typedef struct x509_st X509;
    typedef struct evp_pkey_st EVP_PKEY;
    typedef struct evp_md_st EVP_MD;

    int OPENSSL_sk_num(const OPENSSL_STACK *st);
    void *OPENSSL_sk_value(const OPENSSL_STACK *st, int i);
    int X509_digest(const X509 *data, const EVP_MD *type, unsigned char *md, unsigned int *len);
    int X509_check_private_key(const X509 *x509, const EVP_PKEY *pkey);
    const EVP_MD *EVP_sha256(void);
    unsigned long ERR_get_error(void);
    void ERR_clear_error(void);
    const char *ERR_reason_error_string(unsigned long e);
]]

local M = {}


local function last_error()
    local reason = C.ERR_reason_error_string(C.ERR_get_error())
    C.ERR_clear_error()
    return reason ~= nil and ffi_string(reason) or "unknown error"
end


-- chain, key: cdata as ngx.ssl makes them. Returns the digest of the certificate in hexadecimal, or
-- nil and an error.
function M.check(chain, key)
    if type(chain) ~= "cdata" then
        return nil, "bad ssl_client_cert: cdata expected, got " .. type(chain)
    end

    if type(key) ~= "cdata" then
        return nil, "bad ssl_client_priv_key: cdata expected, got " .. type(key)
    end

    local stack = ffi_cast("const OPENSSL_STACK *", chain)
    if C.OPENSSL_sk_num(stack) < 1 then
        return nil, "no cert in ssl_client_cert"
    end

    local cert = ffi_cast("const X509 *", C.OPENSSL_sk_value(stack, 0))
    if C.X509_check_private_key(cert, ffi_cast("const EVP_PKEY *", key)) ~= 1 then
        return nil, "the private key doesn't match the cert: " .. last_error()
    end

    local digest = ffi_new("unsigned char[?]", MAX_DIGEST_SIZE)
    local size = ffi_new("unsigned int[1]")
    if C.X509_digest(cert, C.EVP_sha256(), digest, size) ~= 1 then
        return nil, "failed to calculate the digest of the cert: " .. last_error()
    end

    return to_hex(ffi_string(digest, size[0]))
end


return M
