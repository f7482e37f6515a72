-- resty.aes: AES encryption of whole messages. An object holds a key and an initialization vector
-- and serves any number of messages, each from the start.
local C = require "resty.string.crypto"
local base = require "resty.core.base"
local ffi = require "ffi"

local error = error
local ffi_copy = ffi.copy
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_string_buf = base.get_string_buf
local min = math.min
local setmetatable = setmetatable
local type = type

-- From openssl/evp.h.
local CTRL_AEAD_SET_IVLEN = 0x9
local CTRL_AEAD_GET_TAG = 0x10
local CTRL_AEAD_SET_TAG = 0x11

-- The contexts of an object, with the directions of EVP_CipherInit_ex().
local ENCRYPT = 1
local DECRYPT = 0
local CONTEXT_NAMES = { [ENCRYPT] = "encrypt", [DECRYPT] = "decrypt" }

local SALT_SIZE = 8
local TAG_SIZE = 16
local BLOCK_SIZE = 16
-- Room for any key and any vector; what is not filled stays zero.
local MAX_VECTOR_SIZE = 32

local length = ffi_new("int[1]")
local tag_buf = ffi_new("unsigned char[?]", TAG_SIZE)

local M = { _VERSION = "0.17" }
local mt = { __index = M }

M.hash = {
    md5 = C.EVP_md5(),
    sha1 = C.EVP_sha1(),
    sha224 = C.EVP_sha224(),
    sha256 = C.EVP_sha256(),
    sha384 = C.EVP_sha384(),
    sha512 = C.EVP_sha512(),
}


local function check_self(self)
    if type(self) ~= "table" then
        error("bad argument #1 self: table expected, got " .. type(self), 3)
    end
end


-- Raises for a size or mode that OpenSSL does not have.
function M.cipher(size, mode)
    size = size or 128
    mode = mode or "cbc"

    return { size = size, cipher = mode, method = C["EVP_aes_" .. size .. "_" .. mode]() }
end


-- Key and vector as the caller has them. Returns the vector's length, or nil and an error.
local function take_key(self, key, hash, size)
    if hash.method then
        key = hash.method(key)
    end

    if #key ~= size then
        return nil, "bad key length"
    end

    local iv = hash.iv
    if not iv then
        return nil, "iv is needed"
    end

    if #iv > size then
        return nil, "bad iv length"
    end

    ffi_copy(self._key, key, size)
    ffi_copy(self._iv, iv, #iv)
    return #iv
end


-- Key and vector made of a password. Returns the vector's length, or nil and an error.
local function derive_key(self, password, salt, hash, rounds, iv_len)
    if salt and #salt ~= SALT_SIZE then
        return nil, "salt must be 8 characters or nil"
    end

    local size = self._cipher.size / 8
    if C.EVP_BytesToKey(self._cipher.method, hash, salt, password, #password, rounds,
                        self._key, self._iv) ~= size
    then
        return nil, "failed to generate key and iv"
    end

    return iv_len or size
end


-- What OpenSSL says about a failure must not stay in its queue, where nginx would find it.
local function failed(err)
    C.ERR_clear_error()
    return nil, err
end


-- A context for one direction: ENCRYPT or DECRYPT.
local function new_context(self, direction, iv_len, padding)
    local ctx = C.EVP_CIPHER_CTX_new()
    if ctx == nil then
        return failed("no memory")
    end

    ffi_gc(ctx, C.EVP_CIPHER_CTX_free)
    if C.EVP_CipherInit_ex(ctx, self._cipher.method, nil, nil, nil, direction) ~= 1 then
        return failed("failed to init ctx")
    end

    if self._aead and C.EVP_CIPHER_CTX_ctrl(ctx, CTRL_AEAD_SET_IVLEN, iv_len, nil) ~= 1 then
        return failed("failed to set IV length")
    end

    if padding == false and C.EVP_CIPHER_CTX_set_padding(ctx, 0) ~= 1 then
        return failed("failed to set padding for " .. CONTEXT_NAMES[direction] .. " context")
    end

    return ctx
end


-- hash: an EVP_MD pointer (the key is a password, from which key and vector are made), or a table
-- {iv = vector, method = function that makes the key, if any}.
function M.new(self, key, salt, cipher, hash, hash_rounds, iv_len, enable_padding)
    check_self(self)

    cipher = cipher or M.cipher()
    hash = hash or M.hash.md5

    local object = setmetatable({
        _cipher = cipher,
        _aead = cipher.cipher == "gcm",
        _key = ffi_new("unsigned char[?]", MAX_VECTOR_SIZE),
        _iv = ffi_new("unsigned char[?]", MAX_VECTOR_SIZE),
    }, mt)

    local vector_len, err
    if type(hash) == "table" then
        vector_len, err = take_key(object, key, hash, cipher.size / 8)
    else
        vector_len, err = derive_key(object, key, salt, hash, hash_rounds or 1, iv_len)
    end

    if not vector_len then
        return nil, err
    end

    object._encrypt_ctx, err = new_context(object, ENCRYPT, vector_len, enable_padding)
    if not object._encrypt_ctx then
        return nil, err
    end

    object._decrypt_ctx, err = new_context(object, DECRYPT, vector_len, enable_padding)
    if not object._decrypt_ctx then
        return nil, err
    end

    return object
end


-- The steps up to the last one. Returns the buffer and how much is in it, or nil and an error.
local function start(self, ctx, prefix, s, aad)
    if C.EVP_CipherInit_ex(ctx, nil, nil, self._key, self._iv, -1) ~= 1 then
        return failed(prefix .. "Init_ex failed")
    end

    if self._aead and aad ~= nil and C.EVP_CipherUpdate(ctx, nil, length, aad, #aad) ~= 1 then
        return failed("C." .. prefix .. "Update failed")
    end

    local buf = get_string_buf(#s + BLOCK_SIZE)
    if C.EVP_CipherUpdate(ctx, buf, length, s, #s) ~= 1 then
        return failed(prefix .. "Update failed")
    end

    return buf, length[0]
end


local function finish(ctx, prefix, buf, len)
    if C.EVP_CipherFinal_ex(ctx, buf + len, length) ~= 1 then
        return failed(prefix .. "Final_ex failed")
    end

    local text = ffi_string(buf, len + length[0])
    return text
end


-- Returns the encrypted text; with an authenticating mode a table of the text and its tag.
function M.encrypt(self, s, aad)
    check_self(self)

    local ctx = self._encrypt_ctx
    local buf, len = start(self, ctx, "EVP_Encrypt", s, aad)
    if not buf then
        return nil, len
    end

    local text, err = finish(ctx, "EVP_Encrypt", buf, len)
    if not text or not self._aead then
        return text, err
    end

    C.EVP_CIPHER_CTX_ctrl(ctx, CTRL_AEAD_GET_TAG, TAG_SIZE, tag_buf)
    return { text, ffi_string(tag_buf, TAG_SIZE) }
end


function M.decrypt(self, s, tag, aad)
    check_self(self)

    local ctx = self._decrypt_ctx
    local buf, len = start(self, ctx, "EVP_Decrypt", s, aad)
    if not buf then
        return nil, len
    end

    if self._aead and tag then
        local tag_len = min(#tag, TAG_SIZE)

        ffi_copy(tag_buf, tag, tag_len)
        C.EVP_CIPHER_CTX_ctrl(ctx, CTRL_AEAD_SET_TAG, tag_len, tag_buf)
    end

    return finish(ctx, "EVP_Decrypt", buf, len)
end


return M
