-- ngx.errlog: the lines that lua_capture_error_log has kept, and lines without ngx.log's prefix.
local base = require "resty.core.base"
base.allows_subsystem("http", "stream")

local ffi = require "ffi"
local native = require "resty.core.native"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local type = type

ffi.cdef [[
    int ngx_lua_ffi_errlog_set_filter_level(int level, unsigned char *err, size_t *errlen);
    int ngx_lua_ffi_errlog_get_msg(char **log, int *level, unsigned char *err, size_t *errlen,
                                   double *time);
]]
native.declare [[
    int @errlog_get_sys_filter_level(@request *r);
    int @raw_log(@request *r, int level, const unsigned char *message, size_t len);
]]

local errlog_get_sys_filter_level = native.bind("errlog_get_sys_filter_level")
local native_raw_log = native.bind("raw_log")

local ERR_SIZE = 128
local DEFAULT_MAX = 10

local log_ptr = ffi_new("char *[1]")
local level_ptr = ffi_new("int[1]")
local time_ptr = ffi_new("double[1]")

local M = { version = base.version }


-- From now on only lines of this level, or more severe ones, are kept.
function M.set_filter_level(level)
    if not level then
        return nil, 'missing "level" argument'
    end

    local err = get_string_buf(ERR_SIZE)
    local err_len = get_size_ptr()
    err_len[0] = ERR_SIZE

    if C.ngx_lua_ffi_errlog_set_filter_level(level, err, err_len) ~= base.FFI_OK then
        return nil, ffi_string(err, err_len[0])
    end

    return true
end


-- Takes up to `max` lines, oldest first, as level, time, text, level, ...; without limit if `max` is
-- not positive.
function M.get_logs(max, res)
    max = max or DEFAULT_MAX
    local lines = res or {}
    local last = 0
    local err = get_string_buf(ERR_SIZE)
    local err_len = get_size_ptr()

    while max <= 0 or last < 3 * max do
        err_len[0] = ERR_SIZE
        local len = C.ngx_lua_ffi_errlog_get_msg(log_ptr, level_ptr, err, err_len, time_ptr)

        if len == base.FFI_ERROR then
            return nil, ffi_string(err, err_len[0])
        end

        if len < 0 then
            break
        end

        lines[last + 1] = level_ptr[0]
        lines[last + 2] = time_ptr[0]
        lines[last + 3] = ffi_string(log_ptr[0], len)
        last = last + 3
    end

    -- A table that is used again may hold more.
    lines[last + 1] = nil
    return lines
end


-- The level of the error_log in force.
function M.get_sys_filter_level()
    return errlog_get_sys_filter_level(get_request())
end


function M.raw_log(level, message)
    if type(level) ~= "number" then
        error("bad argument #1 to 'raw_log' (must be a number)", 2)
    end

    if type(message) ~= "string" then
        error("bad argument #2 to 'raw_log' (must be a string)", 2)
    end

    if native_raw_log(get_request(), level, message, #message) ~= base.FFI_OK then
        error("bad log level", 2)
    end
end


return M
