-- ngx.escape_uri, unescape_uri.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_string = ffi.string
local get_string_buf = base.get_string_buf
local tonumber = tonumber
local tostring = tostring
local type = type

ffi.cdef [[
    size_t ngx_lua_ffi_uri_escaped_length(const unsigned char *src, size_t len, int type);
    void ngx_lua_ffi_escape_uri(const unsigned char *src, size_t len, unsigned char *dst,
                                int type);
    size_t ngx_lua_ffi_unescape_uri(const unsigned char *src, size_t len, unsigned char *dst);
]]

local COMPONENT = 2
local LAST_TYPE = 6


function ngx.escape_uri(s, set)
    if type(s) ~= "string" then
        s = s and tostring(s) or ""
    end

    if set == nil then
        set = COMPONENT

    elseif type(set) ~= "number" then
        error("\"type\" is not a number", 3)

    elseif set < 0 or set > LAST_TYPE then
        error("\"type\" " .. set .. " out of range", 3)
    end

    local len = #s
    local size = tonumber(C.ngx_lua_ffi_uri_escaped_length(s, len, set))

    if size == len then
        return s
    end

    local dst = get_string_buf(size)
    C.ngx_lua_ffi_escape_uri(s, len, dst, set)
    local result = ffi_string(dst, size)
    return result
end


function ngx.unescape_uri(s)
    if type(s) ~= "string" then
        s = s and tostring(s) or ""
    end

    local len = #s
    local dst = get_string_buf(len)
    local size = tonumber(C.ngx_lua_ffi_unescape_uri(s, len, dst))
    local result = ffi_string(dst, size)
    return result
end


return { version = base.version }
