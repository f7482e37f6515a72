-- The class behind resty.md5 and resty.sha*: a digest of data that comes in pieces.
-- Returns a function that makes the module table for one algorithm of OpenSSL.
local C = require "resty.string.crypto"
local ffi = require "ffi"

local ffi_gc = ffi.gc
local ffi_string = ffi.string
local setmetatable = setmetatable

local VERSION = "0.17"
-- The longest digest there is: SHA-512.
local MAX_SIZE = 64

local result = ffi.new("unsigned char[?]", MAX_SIZE)


-- algorithm: an EVP_MD pointer; size: how many bytes its digest has.
return function(algorithm, size)
    local M = { _VERSION = VERSION }
    local mt = { __index = M }


    function M.new(_)
        local ctx = C.EVP_MD_CTX_new()
        if ctx == nil then
            return nil
        end

        ffi_gc(ctx, C.EVP_MD_CTX_free)
        if C.EVP_DigestInit_ex(ctx, algorithm, nil) ~= 1 then
            return nil
        end

        return setmetatable({ _ctx = ctx }, mt)
    end


    function M.update(self, s)
        return C.EVP_DigestUpdate(self._ctx, s, #s) == 1
    end


    function M.final(self)
        if C.EVP_DigestFinal_ex(self._ctx, result, nil) ~= 1 then
            return nil
        end

        local digest = ffi_string(result, size)
        return digest
    end


    function M.reset(self)
        return C.EVP_DigestInit_ex(self._ctx, algorithm, nil) == 1
    end


    return M
end
