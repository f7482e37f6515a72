-- ngx.sleep.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local ceil = math.ceil
local check_number = require("resty.core.check").number
local error = error
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local select = select
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN

ffi.cdef [[
    int ngx_lua_ffi_sleep(long msec, char **err);
]]


local function sleep(seconds)
    local msec = check_number(seconds, 1) * 1000

    -- What rounds towards zero to 0 is allowed; NaN is not.
    if not (msec > -1) then
        error('invalid sleep duration "' .. ceil(msec) .. '"', 2)
    end

    if not get_request() then
        error("no request found", 2)
    end

    local err = get_errmsg_ptr()

    if C.ngx_lua_ffi_sleep(msec, err) == FFI_AGAIN then
        return yield()
    end

    error(ffi_string(err[0]), 2)
end


function ngx.sleep(...)
    local n = select("#", ...)

    if n ~= 1 then
        error("attempt to pass " .. n .. " arguments, but accepted 1", 2)
    end

    return sleep((...))
end


return { version = base.version }
