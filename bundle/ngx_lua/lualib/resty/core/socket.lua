-- Sockets: the metatables of the three kinds of stream socket, and the methods that look at a
-- connection rather than use it.
local ffi = require "ffi"
local base = require "resty.core.base"
local socket = require "resty.core.socket.base"
local stream = require "resty.core.socket.stream"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local registry = debug.getregistry()
local tonumber = tonumber
local type = type

local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local TRANSPARENT = socket.TRANSPARENT

local ERR_SIZE = 4096

local OPTIONS = {
    ["keepalive"] = 1,
    ["reuseaddr"] = 2,
    ["tcp-nodelay"] = 3,
    ["sndbuf"] = 4,
    ["rcvbuf"] = 5,
    ["keepintvl"] = 6,
    ["keepcnt"] = 7,
}

ffi.cdef [[
    int ngx_lua_ffi_socket_tcp_getoption(ngx_lua_tcp_socket_t *u, int option, int *value,
                                         unsigned char *err, size_t *errlen);
    int ngx_lua_ffi_socket_tcp_setoption(ngx_lua_tcp_socket_t *u, int option, int value,
                                         unsigned char *err, size_t *errlen);
    int ngx_lua_ffi_socket_tcp_getfd(void *r, ngx_lua_tcp_socket_t *u, char **err);
    int ngx_lua_ffi_socket_tcp_hack_fd(ngx_lua_tcp_socket_t *u, int fd, unsigned char *err,
                                       size_t *errlen);
]]

local value_ptr = ffi_new("int[1]")


-- The C object of a socket that has one; raises at the API function's caller else.
local function context_of(self, name)
    if type(self) ~= "table" then
        error("ngx.socket " .. name .. ": expecting the cosocket object, but seen none", 3)
    end

    return self[CONTEXT] or error("socket is never created nor connected", 3)
end


local function error_buffer()
    local len = get_size_ptr()
    len[0] = ERR_SIZE
    return get_string_buf(ERR_SIZE), len
end


local function getoption(self, name)
    local u = context_of(self, "getoption")

    if name == nil then
        return nil, 'missing the "option" argument'
    end

    if not OPTIONS[name] then
        return nil, "unsupported option " .. tostring(name)
    end

    local err, len = error_buffer()
    local rc = C.ngx_lua_ffi_socket_tcp_getoption(u, OPTIONS[name], value_ptr, err, len)

    if rc ~= FFI_OK then
        return nil, ffi_string(err, len[0])
    end

    return tonumber(value_ptr[0])
end


local function option_value(value)
    if type(value) == "boolean" then
        return value and 1 or 0
    end

    return value
end


local function setoption(self, name, value)
    -- The one option that counts before there is a connection.
    if name == "ip-transparent" and type(self) == "table" then
        self[TRANSPARENT] = value
        return true
    end

    local u = context_of(self, "setoption")

    if name == nil then
        return nil, 'missing the "option" argument'
    end

    if value == nil then
        return nil, 'missing the "value" argument'
    end

    if not OPTIONS[name] then
        return nil, "unsupported option " .. tostring(name)
    end

    local err, len = error_buffer()
    local rc = C.ngx_lua_ffi_socket_tcp_setoption(u, OPTIONS[name], option_value(value), err, len)

    if rc ~= FFI_OK then
        return nil, ffi_string(err, len[0])
    end

    return true
end


local function getfd(self)
    local u = context_of(self, "getfd")
    local err = get_errmsg_ptr()
    local fd = C.ngx_lua_ffi_socket_tcp_getfd(get_request(), u, err)

    if fd >= 0 then
        return fd
    end

    return nil, ffi_string(err[0])
end


local function new_metatable(sends)
    local mt = {
        receive = stream.receive,
        receiveany = stream.receiveany,
        receiveuntil = stream.receiveuntil,
        settimeout = stream.settimeout,
        settimeouts = stream.settimeouts,
        getfd = getfd,
        getoption = getoption,
        setoption = setoption,
        send = sends and stream.send or nil,
    }
    mt.__index = mt
    return mt
end


-- Libraries look them up here.
registry.__tcp_cosocket_mt = new_metatable(true)
registry.__tcp_req_cosocket_mt = new_metatable(false)
registry.__tcp_raw_req_cosocket_mt = new_metatable(true)

require "resty.core.socket.tcp"
require "resty.core.socket.tls"
require "resty.core.socket.udp"

if ngx.config.subsystem == "http" then
    require "resty.core.socket.req"

else
    require "resty.core.socket.session"
end


return { version = base.version }
