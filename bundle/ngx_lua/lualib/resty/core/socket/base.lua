-- What the sockets' Lua halves share: the result of an operation, the ways it ends, arguments.
local ffi = require "ffi"
local base = require "resty.core.base"

local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local getinfo = debug.getinfo
local type = type

local FFI_ERROR = base.FFI_ERROR

ffi.cdef [[
    typedef struct {
        const char *data;
        size_t      size;
        const char *err;
    } ngx_lua_io_result_t;

    int ngx_lua_ffi_socket_check(char **err);
]]

local M = {
    -- Filled by every socket function; to be read before anything else is called.
    io = ffi_new("ngx_lua_io_result_t[1]"),

    -- Slots of a socket's table. Libraries know them.
    CONTEXT = 1,
    CONNECT_TIMEOUT = 2,
    POOL_KEY = 3,
    SEND_TIMEOUT = 4,
    READ_TIMEOUT = 5,
    CLIENT_CERT = 6,
    CLIENT_KEY = 7,
    BIND_ADDRESS = 8,
    TRANSPARENT = 9,
    TRUSTED_STORE = 10,
}

local io = M.io


-- The functions below end an API function: each is to be tail-called, so that level 2 is the user's
-- code and their own name the one under which the user knows the API function.

-- The result of an operation that failed: raised, or returned as `nil, err`.
function M.fail(rc)
    local err = ffi_string(io[0].err)

    if rc == FFI_ERROR then
        error(err, 2)
    end

    return nil, err
end


-- The same with what was received before.
function M.fail_partially(rc)
    local err = ffi_string(io[0].err)

    if rc == FFI_ERROR then
        error(err, 2)
    end

    if io[0].data == nil then
        return nil, err
    end

    return nil, err, ffi_string(io[0].data, io[0].size)
end


-- As Lua's own functions say it; in a method call the object does not count.
function M.bad_argument(index, message)
    local info = getinfo(1, "n")

    if info.namewhat == "method" then
        index = index - 1
    end

    error("bad argument #" .. index .. " to '" .. (info.name or "?") .. "' (" .. message .. ")", 2)
end


function M.raise(message)
    error(message, 2)
end


-- A number, or a string that reads as one: anything else is nil.
function M.to_number(value)
    return type(value) == "number" and value or type(value) == "string" and tonumber(value) or nil
end


return M
