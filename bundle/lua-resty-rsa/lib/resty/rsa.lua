-- resty.rsa: RSA encryption and signatures, by OpenSSL. An object holds one key, public or private,
-- and serves any number of messages.
local crypto = require "resty.rsa.crypto"
local ffi = require "ffi"
local pem = require "resty.rsa.pem"

local C = crypto.C
local failed = crypto.failed
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string
local find = string.find
local setmetatable = setmetatable
local tonumber = tonumber

-- From openssl/evp.h and openssl/rsa.h.
local EVP_PKEY_RSA = 6
local EVP_PKEY_OP_KEYGEN = 4
local CTRL_RSA_PADDING = 0x1001
local CTRL_RSA_KEYGEN_BITS = 0x1003

local PKCS1_PREFIX = "^%-%-%-%-%-BEGIN RSA "

local size = ffi_new("size_t[1]")

local M = {
    _VERSION = "1.1.0",
    PADDING = {
        RSA_PKCS1_PADDING = 1,
        RSA_NO_PADDING = 3,
        RSA_PKCS1_OAEP_PADDING = 4,
    },
    KEY_TYPE = {
        PKCS1 = "PKCS#1",
        PKCS8 = "PKCS#8",
        PKIX = "PKIX",
    },
}
local mt = { __index = M }


local function generate(bits)
    local ctx = C.EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
    if ctx == nil then
        return failed()
    end

    ffi_gc(ctx, C.EVP_PKEY_CTX_free)

    local key = ffi_new("EVP_PKEY *[1]")
    if C.EVP_PKEY_keygen_init(ctx) ~= 1
       or C.EVP_PKEY_CTX_ctrl(ctx, EVP_PKEY_RSA, EVP_PKEY_OP_KEYGEN, CTRL_RSA_KEYGEN_BITS, bits,
                              nil) ~= 1
       or C.EVP_PKEY_keygen(ctx, key) ~= 1
    then
        return failed()
    end

    return ffi_gc(key[0], C.EVP_PKEY_free)
end


-- Returns a public and a private key as PEM text, or nil, nil and an error.
function M.generate_rsa_keys(_, bits, pkcs8)
    local key, err = generate(bits)
    if not key then
        return nil, nil, err
    end

    local public, private
    public, err = (pkcs8 == true and pem.public_pkcs8 or pem.public_pkcs1)(key)
    if not public then
        return nil, nil, err
    end

    private, err = (pkcs8 == true and pem.private_pkcs8 or pem.private_pkcs1)(key)
    if not private then
        return nil, nil, err
    end

    return public, private
end


local function read_key(opts)
    local public = opts.public_key

    if not public then
        return pem.read_private(opts.private_key, opts.password)
    end

    local key_type = opts.key_type
    if key_type == M.KEY_TYPE.PKCS1 or not key_type and find(public, PKCS1_PREFIX) then
        return pem.read_rsa_public(public)
    end

    return pem.read_public(public)
end


-- A context with the padding set; init starts encryption or decryption.
local function new_context(key, init, padding)
    local ctx = C.EVP_PKEY_CTX_new(key, nil)
    if ctx == nil then
        return failed()
    end

    ffi_gc(ctx, C.EVP_PKEY_CTX_free)
    if init(ctx) ~= 1
       or C.EVP_PKEY_CTX_ctrl(ctx, EVP_PKEY_RSA, -1, CTRL_RSA_PADDING, padding, nil) ~= 1
    then
        return failed()
    end

    return ctx
end


-- opts: public_key or private_key, password, key_type, padding, algorithm (of sign and verify).
function M.new(_, opts)
    if not opts.public_key and not opts.private_key then
        return nil, "public_key or private_key not found"
    end

    local key, err = read_key(opts)
    if not key then
        return nil, err
    end

    local digest
    if opts.algorithm then
        digest = C.EVP_get_digestbyname(opts.algorithm)
        if digest == nil then
            return nil, "Unknown message digest"
        end
    end

    local is_public = opts.public_key ~= nil
    local padding = opts.padding or M.PADDING.RSA_PKCS1_PADDING
    local ctx
    ctx, err = new_context(key, is_public and C.EVP_PKEY_encrypt_init or C.EVP_PKEY_decrypt_init,
                           padding)
    if not ctx then
        return nil, err
    end

    return setmetatable({
        key = key,
        digest = digest,
        encrypt_ctx = is_public and ctx or nil,
        decrypt_ctx = not is_public and ctx or nil,
    }, mt)
end


-- run: EVP_PKEY_encrypt or EVP_PKEY_decrypt.
local function crypt(run, ctx, s)
    if run(ctx, nil, size, s, #s) ~= 1 then
        return failed()
    end

    local buf = ffi_new("unsigned char[?]", size[0])
    if run(ctx, buf, size, s, #s) ~= 1 then
        return failed()
    end

    return ffi_string(buf, size[0])
end


function M.encrypt(self, s)
    if not self.encrypt_ctx then
        return nil, "not inited for encrypt"
    end

    return crypt(C.EVP_PKEY_encrypt, self.encrypt_ctx, s)
end


function M.decrypt(self, s)
    if not self.decrypt_ctx then
        return nil, "not inited for decrypt"
    end

    return crypt(C.EVP_PKEY_decrypt, self.decrypt_ctx, s)
end


-- A digest context with the key; init starts a signature or its verification.
local function new_digest(self, init)
    local ctx = C.EVP_MD_CTX_new()
    if ctx == nil then
        return failed()
    end

    ffi_gc(ctx, C.EVP_MD_CTX_free)
    if init(ctx, nil, self.digest, nil, self.key) ~= 1 then
        return failed()
    end

    return ctx
end


function M.sign(self, s)
    if not self.decrypt_ctx or not self.digest then
        return nil, "not inited for sign"
    end

    local ctx, err = new_digest(self, C.EVP_DigestSignInit)
    if not ctx then
        return nil, err
    end

    if C.EVP_DigestSign(ctx, nil, size, s, #s) ~= 1 then
        return failed()
    end

    local signature = ffi_new("unsigned char[?]", size[0])
    if C.EVP_DigestSign(ctx, signature, size, s, #s) ~= 1 then
        return failed()
    end

    return ffi_string(signature, tonumber(size[0]))
end


function M.verify(self, s, signature)
    if not self.encrypt_ctx or not self.digest then
        return nil, "not inited for verify"
    end

    local ctx, err = new_digest(self, C.EVP_DigestVerifyInit)
    if not ctx then
        return nil, err
    end

    if C.EVP_DigestVerify(ctx, signature, #signature, s, #s) ~= 1 then
        return failed()
    end

    return true
end


return M
