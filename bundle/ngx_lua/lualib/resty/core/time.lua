-- ngx.now, time, update_time, today, localtime, utctime, req.start_time.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_request = base.get_request
local tonumber = tonumber

ffi.cdef [[
    double ngx_lua_ffi_now(void);
    long ngx_lua_ffi_time(void);
    long ngx_lua_ffi_monotonic_msec(void);
    void ngx_lua_ffi_update_time(void);
    void ngx_lua_ffi_today(unsigned char *buf);
    void ngx_lua_ffi_localtime(unsigned char *buf);
    void ngx_lua_ffi_utctime(unsigned char *buf);
]]

native.declare [[
    double @req_start_time(@request *r);
]]

local req_start_time = native.bind("req_start_time")

local DATE_SIZE = 10
local DATE_TIME_SIZE = 19

local M = { version = base.version }

local text = ffi_new("unsigned char[?]", DATE_TIME_SIZE)


function ngx.now()
    local result = C.ngx_lua_ffi_now()
    return result
end


function ngx.time()
    local result = tonumber(C.ngx_lua_ffi_time())
    return result
end


-- The cached time since boot, which no change of the clock moves.
function M.monotonic_msec()
    local result = tonumber(C.ngx_lua_ffi_monotonic_msec())
    return result
end


function M.monotonic_time()
    local result = tonumber(C.ngx_lua_ffi_monotonic_msec()) / 1000
    return result
end


function ngx.update_time()
    C.ngx_lua_ffi_update_time()
end


function ngx.today()
    C.ngx_lua_ffi_today(text)
    local result = ffi_string(text, DATE_SIZE)
    return result
end


function ngx.localtime()
    C.ngx_lua_ffi_localtime(text)
    local result = ffi_string(text, DATE_TIME_SIZE)
    return result
end


function ngx.utctime()
    C.ngx_lua_ffi_utctime(text)
    local result = ffi_string(text, DATE_TIME_SIZE)
    return result
end


function ngx.req.start_time()
    local r = get_request()

    if not r then
        error("no request found")
    end

    local result = req_start_time(r)
    return result
end


return M
