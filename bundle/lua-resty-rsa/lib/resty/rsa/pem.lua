-- RSA keys as PEM text. A key is an EVP_PKEY pointer with a finalizer.
local crypto = require "resty.rsa.crypto"
local ffi = require "ffi"

local C = crypto.C
local failed = crypto.failed
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string
local tonumber = tonumber

local M = {}


local function own(key)
    if key == nil then
        return failed()
    end

    return ffi_gc(key, C.EVP_PKEY_free)
end


local function reader(pem)
    local bio = C.BIO_new_mem_buf(pem, #pem)
    if bio == nil then
        return failed()
    end

    return ffi_gc(bio, C.BIO_vfree)
end


-- A SubjectPublicKeyInfo: BEGIN PUBLIC KEY.
function M.read_public(pem)
    local bio, err = reader(pem)
    if not bio then
        return nil, err
    end

    return own(C.PEM_read_bio_PUBKEY(bio, nil, nil, nil))
end


-- A key of PKCS #1: BEGIN RSA PUBLIC KEY.
function M.read_rsa_public(pem)
    local bio, err = reader(pem)
    if not bio then
        return nil, err
    end

    local rsa = C.PEM_read_bio_RSAPublicKey(bio, nil, nil, nil)
    if rsa == nil then
        return failed()
    end

    ffi_gc(rsa, C.RSA_free)

    local key
    key, err = own(C.EVP_PKEY_new())
    if key and C.EVP_PKEY_set1_RSA(key, rsa) ~= 1 then
        return failed()
    end

    return key, err
end


-- Without a password OpenSSL would ask the terminal for that of an encrypted key, so there is one.
function M.read_private(pem, password)
    local bio, err = reader(pem)
    if not bio then
        return nil, err
    end

    return own(C.PEM_read_bio_PrivateKey(bio, nil, nil, password or ""))
end


-- What write(bio) writes, or nil and an error.
local function text(write)
    local bio = C.BIO_new(C.BIO_s_mem())
    if bio == nil then
        return failed()
    end

    ffi_gc(bio, C.BIO_vfree)
    if write(bio) ~= 1 then
        return failed()
    end

    local len = tonumber(C.BIO_ctrl_pending(bio))
    local buf = ffi_new("char[?]", len)
    return ffi_string(buf, C.BIO_read(bio, buf, len))
end


function M.public_pkcs8(key)
    return text(function(bio)
        return C.PEM_write_bio_PUBKEY(bio, key)
    end)
end


function M.private_pkcs8(key)
    return text(function(bio)
        return C.PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil)
    end)
end


function M.public_pkcs1(key)
    local rsa = C.EVP_PKEY_get1_RSA(key)
    if rsa == nil then
        return failed()
    end

    ffi_gc(rsa, C.RSA_free)
    return text(function(bio)
        return C.PEM_write_bio_RSAPublicKey(bio, rsa)
    end)
end


function M.private_pkcs1(key)
    return text(function(bio)
        return C.PEM_write_bio_PrivateKey_traditional(bio, key, nil, nil, 0, nil, nil)
    end)
end


return M
