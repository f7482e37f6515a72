-- ngx.md5, md5_bin, sha1_bin, hmac_sha1, crc32_short, crc32_long.
local ffi = require "ffi"
local base = require "resty.core.base"
local check = require "resty.core.check"

local C = ffi.C
local check_string = check.string
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local select = select
local tostring = tostring
local type = type

ffi.cdef [[
    void ngx_lua_ffi_md5(const unsigned char *src, size_t len, unsigned char *dst);
    void ngx_lua_ffi_md5_bin(const unsigned char *src, size_t len, unsigned char *dst);
    int ngx_lua_ffi_sha1_bin(const unsigned char *src, size_t len, unsigned char *dst);
    void ngx_lua_ffi_hmac_sha1(const unsigned char *key, size_t key_len,
                               const unsigned char *src, size_t len, unsigned char *dst);
    unsigned int ngx_lua_ffi_crc32_short(const unsigned char *src, size_t len);
    unsigned int ngx_lua_ffi_crc32_long(const unsigned char *src, size_t len);
]]

local MD5_SIZE = 16
local MD5_HEX_SIZE = 32
local SHA1_SIZE = 20

local digest = ffi_new("unsigned char[?]", MD5_HEX_SIZE)


local function to_string(value)
    if type(value) == "string" then
        return value
    end

    return value and tostring(value) or ""
end


function ngx.md5(s)
    s = to_string(s)
    C.ngx_lua_ffi_md5(s, #s, digest)
    local result = ffi_string(digest, MD5_HEX_SIZE)
    return result
end


function ngx.md5_bin(s)
    s = to_string(s)
    C.ngx_lua_ffi_md5_bin(s, #s, digest)
    local result = ffi_string(digest, MD5_SIZE)
    return result
end


function ngx.sha1_bin(s)
    s = to_string(s)

    if C.ngx_lua_ffi_sha1_bin(s, #s, digest) == 0 then
        error("SHA-1 support missing in Nginx")
    end

    local result = ffi_string(digest, SHA1_SIZE)
    return result
end


local function hmac_sha1(key, s)
    key = check_string(key, 1)
    s = check_string(s, 2)

    C.ngx_lua_ffi_hmac_sha1(key, #key, s, #s, digest)
    local result = ffi_string(digest, SHA1_SIZE)
    return result
end


function ngx.hmac_sha1(...)
    local n = select("#", ...)

    if n ~= 2 then
        error("expecting 2 arguments, but got " .. n, 2)
    end

    return hmac_sha1(...)
end


function ngx.crc32_short(s)
    s = to_string(s)
    local result = C.ngx_lua_ffi_crc32_short(s, #s)
    return result
end


function ngx.crc32_long(s)
    s = to_string(s)
    local result = C.ngx_lua_ffi_crc32_long(s, #s)
    return result
end


return { version = base.version }
