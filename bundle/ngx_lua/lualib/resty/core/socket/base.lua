-- What the sockets' Lua halves share: the result of an operation, the ways it ends, arguments.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local floor = math.floor
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local getinfo = debug.getinfo
local tonumber = tonumber
local type = type

local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

ffi.cdef [[
    typedef struct {
        const char *data;
        size_t      size;
        const char *err;
    } ngx_lua_io_result_t;

    int ngx_lua_ffi_socket_check(char **err);
    int ngx_lua_ffi_socket_check_address(const unsigned char *text, size_t size, const char *kind);
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

    MAX_PORT = 65535,
    NO_PORT = -1,
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


-- Why no socket can be made here; nil if one can.
function M.check_new()
    if not get_request() then
        return "no request found"
    end

    local err = get_errmsg_ptr()

    if C.ngx_lua_ffi_socket_check(err) ~= FFI_OK then
        return ffi_string(err[0])
    end
end


-- Whether a socket ("tcp", "udp") can be bound to the address.
function M.check_address(address, kind)
    return C.ngx_lua_ffi_socket_check_address(address, #address, kind) == FFI_OK
end


-- A number, or a string that reads as one: anything else is nil.
function M.to_number(value)
    return type(value) == "number" and value or type(value) == "string" and tonumber(value) or nil
end


local NO_PORT = M.NO_PORT
local MAX_PORT = M.MAX_PORT
local to_number = M.to_number


-- The port, or nil and what connect() answers. Unix sockets have none.
function M.port_of(host, port)
    local number = to_number(port)

    if not number then
        if host:sub(1, 5):lower() == "unix:" then
            return NO_PORT
        end

        return nil, "missing the port number"
    end

    number = floor(number)

    if number < 0 or number > MAX_PORT then
        return nil, "bad port number: " .. number
    end

    return number
end


return M
