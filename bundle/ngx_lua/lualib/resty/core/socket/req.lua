-- ngx.req.socket: the client's connection as a socket.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "ngx_lua.net"
local socket = require "resty.core.socket.base"
-- Declares the socket.
require "resty.core.socket.stream"

local C = ffi.C
local error = error
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local new_context = native.tcp
local raise = socket.raise
local select = select
local setmetatable = setmetatable

local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT

ffi.cdef [[
    int ngx_http_lua_ffi_req_socket(ngx_http_request_t *r, ngx_lua_tcp_socket_t *u, int raw,
                                    char **err);
]]

local registry = debug.getregistry()
local body_mt = registry.__tcp_req_cosocket_mt
local raw_mt = registry.__tcp_raw_req_cosocket_mt


function ngx.req.socket(...)
    local n = select("#", ...)
    local raw = ...

    if n > 1 then
        return raise("expecting 0 or 1 argument, but got " .. n)
    end

    local r = get_request()

    if not r then
        error("no request found", 2)
    end

    local err = get_errmsg_ptr()
    local u = new_context()
    local rc = C.ngx_http_lua_ffi_req_socket(r, u, raw and 1 or 0, err)

    if rc == FFI_OK then
        return setmetatable({ [CONTEXT] = u }, raw and raw_mt or body_mt)
    end

    if rc == FFI_ERROR then
        error(ffi_string(err[0]), 2)
    end

    return nil, ffi_string(err[0])
end
