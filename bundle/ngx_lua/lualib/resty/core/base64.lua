-- ngx.encode_base64, decode_base64, decode_base64mime.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_string = ffi.string
local floor = math.floor
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local tonumber = tonumber
local tostring = tostring
local type = type

ffi.cdef [[
    size_t ngx_lua_ffi_encode_base64(const unsigned char *src, size_t len, unsigned char *dst,
                                     int no_padding);
    int ngx_lua_ffi_decode_base64(const unsigned char *src, size_t len, unsigned char *dst,
                                  size_t *dst_len);
    int ngx_lua_ffi_decode_base64mime(const unsigned char *src, size_t len, unsigned char *dst,
                                      size_t *dst_len);
]]


local function encoded_size(len)
    return floor((len + 2) / 3) * 4
end


local function decoded_size(len)
    return floor((len + 3) / 4) * 3
end


function ngx.encode_base64(s, no_padding)
    if type(s) ~= "string" then
        s = s and tostring(s) or ""
    end

    local no_padding_flag = 0

    if no_padding then
        if no_padding ~= true then
            error("bad no_padding: boolean expected, got " .. type(no_padding), 2)
        end

        no_padding_flag = 1
    end

    local len = #s
    local dst = get_string_buf(encoded_size(len))
    local size = tonumber(C.ngx_lua_ffi_encode_base64(s, len, dst, no_padding_flag))
    local result = ffi_string(dst, size)
    return result
end


function ngx.decode_base64(s)
    if type(s) ~= "string" then
        error("string argument only", 2)
    end

    local len = #s
    local dst = get_string_buf(decoded_size(len))
    local size = get_size_ptr()

    if C.ngx_lua_ffi_decode_base64(s, len, dst, size) == 0 then
        return nil
    end

    local result = ffi_string(dst, size[0])
    return result
end


function ngx.decode_base64mime(s)
    if type(s) ~= "string" then
        error("string argument only", 2)
    end

    local len = #s
    local dst = get_string_buf(decoded_size(len))
    local size = get_size_ptr()

    if C.ngx_lua_ffi_decode_base64mime(s, len, dst, size) == 0 then
        return nil
    end

    local result = ffi_string(dst, size[0])
    return result
end


return { version = base.version }
