-- Base64 with the URL-safe alphabet, without padding.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local ffi_new = ffi.new
local ffi_string = ffi.string
local floor = math.floor
local get_string_buf = base.get_string_buf
local type = type

local NGX_OK = 0

ffi.cdef [[
    void ngx_encode_base64url(ngx_str_t *dst, ngx_str_t *src);
    intptr_t ngx_decode_base64url(ngx_str_t *dst, ngx_str_t *src);
]]

local M = { version = base.version }

local src = ffi_new("ngx_str_t[1]")
local dst = ffi_new("ngx_str_t[1]")


local function set_buffers(s, size)
    src[0].data = s
    src[0].len = #s
    dst[0].data = get_string_buf(size)
    dst[0].len = size
end


local function result()
    local result = ffi_string(dst[0].data, dst[0].len)
    return result
end


function M.encode_base64url(s)
    if type(s) ~= "string" then
        return nil, "must provide a string"
    end

    set_buffers(s, floor((#s + 2) / 3) * 4)
    C.ngx_encode_base64url(dst, src)
    return result()
end


function M.decode_base64url(s)
    if type(s) ~= "string" then
        return nil, "must provide a string"
    end

    set_buffers(s, floor((#s + 3) / 4) * 3)

    if C.ngx_decode_base64url(dst, src) ~= NGX_OK then
        return nil, "invalid input"
    end

    return result()
end


return M
