-- ngx.cookie_time, http_time, parse_http_time: the formats of http.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local tonumber = tonumber
local type = type

ffi.cdef [[
    int ngx_lua_ffi_cookie_time(unsigned char *buf, long t);
    void ngx_lua_ffi_http_time(unsigned char *buf, long t);
    void ngx_lua_ffi_parse_http_time(const unsigned char *src, size_t len, long *time);
]]

local HTTP_TIME_SIZE = 29

local text = ffi_new("unsigned char[?]", HTTP_TIME_SIZE)
local seconds = ffi_new("long[1]")


function ngx.cookie_time(sec)
    if type(sec) ~= "number" then
        error("number argument only", 2)
    end

    local result = ffi_string(text, C.ngx_lua_ffi_cookie_time(text, sec))
    return result
end


function ngx.http_time(sec)
    if type(sec) ~= "number" then
        error("number argument only", 2)
    end

    C.ngx_lua_ffi_http_time(text, sec)
    local result = ffi_string(text, HTTP_TIME_SIZE)
    return result
end


function ngx.parse_http_time(s)
    if type(s) ~= "string" then
        error("string argument only", 2)
    end

    C.ngx_lua_ffi_parse_http_time(s, #s, seconds)
    local sec = tonumber(seconds[0])

    if sec == -1 then
        return nil
    end

    return sec
end


return { version = base.version }
