-- Captured error log lines, and lines without decoration.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

base.allows_subsystem("http", "stream")

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local type = type

local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

local ERR_SIZE = 128
local DEFAULT_MAX = 10

ffi.cdef [[
    int ngx_lua_ffi_errlog_set_filter_level(int level, unsigned char *err, size_t *errlen);
    int ngx_lua_ffi_errlog_get_msg(char **log, int *loglevel, unsigned char *err, size_t *errlen,
                                   double *log_time);
]]

native.declare [[
    int @errlog_get_sys_filter_level(@request *r);
    int @raw_log(@request *r, int level, const unsigned char *s, size_t s_len);
]]

local get_sys_filter_level = native.bind("errlog_get_sys_filter_level")
local raw_log = native.bind("raw_log")

local M = { version = base.version }

local message = ffi_new("char *[1]")
local level_ptr = ffi_new("int[1]")
local time_ptr = ffi_new("double[1]")


local function error_buffer()
    local errlen = get_size_ptr()
    errlen[0] = ERR_SIZE
    return get_string_buf(ERR_SIZE), errlen
end


-- Only lines of at least this severity are captured.
function M.set_filter_level(level)
    if not level then
        return nil, 'missing "level" argument'
    end

    local err, errlen = error_buffer()

    if C.ngx_lua_ffi_errlog_set_filter_level(level, err, errlen) ~= FFI_OK then
        return nil, ffi_string(err, errlen[0])
    end

    return true
end


-- Takes up to `max` captured lines (all if it is not positive), oldest first, as level, time, line,
-- level, ...
function M.get_logs(max, res)
    max = max or DEFAULT_MAX
    res = res or {}
    local err, errlen = error_buffer()
    local n = 0

    while max <= 0 or n < 3 * max do
        local len = C.ngx_lua_ffi_errlog_get_msg(message, level_ptr, err, errlen, time_ptr)

        if len == FFI_ERROR then
            return nil, ffi_string(err, errlen[0])
        end

        if len < 0 then
            break
        end

        res[n + 1] = level_ptr[0]
        res[n + 2] = time_ptr[0]
        res[n + 3] = ffi_string(message[0], len)
        n = n + 3
    end

    res[n + 1] = nil
    return res
end


-- The level of the error_log that is in force here.
function M.get_sys_filter_level()
    local result = get_sys_filter_level(get_request())
    return result
end


-- Logs a line as it is, without position or context.
function M.raw_log(level, msg)
    if type(level) ~= "number" then
        error("bad argument #1 to 'raw_log' (must be a number)", 2)
    end

    if type(msg) ~= "string" then
        error("bad argument #2 to 'raw_log' (must be a string)", 2)
    end

    if raw_log(get_request(), level, msg, #msg) == FFI_ERROR then
        error("bad log level", 2)
    end
end


return M
