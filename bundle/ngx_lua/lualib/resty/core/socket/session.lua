-- ngx.req.socket of a stream session: the client's connection, or its datagram, as a socket.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "ngx_lua.net"
local socket = require "resty.core.socket.base"
-- Declares the socket.
require "resty.core.socket.stream"

local C = ffi.C
local cells_of = require("resty.core.socket.rope").cells_of
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local new_context = native.tcp
local pcall = pcall
local setmetatable = setmetatable
local to_number = socket.to_number
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local UDP_SESSION = 1

ffi.cdef [[
    int ngx_stream_lua_ffi_req_socket(ngx_stream_lua_request_t *r, ngx_lua_tcp_socket_t *u,
                                      char **err);
    int ngx_stream_lua_ffi_req_socket_peek(ngx_lua_tcp_socket_t *u, size_t size,
                                           const unsigned char **data, char **err);
    int ngx_stream_lua_ffi_req_socket_shutdown(ngx_lua_tcp_socket_t *u, char **err);
    int ngx_stream_lua_ffi_req_socket_start_tls(ngx_lua_tcp_socket_t *u, char **err);
    void ngx_stream_lua_ffi_req_socket_tls_info(const char **protocol, const char **cipher,
                                                int *reused);
    int ngx_stream_lua_ffi_req_udp_receive(ngx_stream_lua_request_t *r, size_t size,
                                           const unsigned char **data, size_t *len, char **err);
    int ngx_stream_lua_ffi_req_udp_send(ngx_stream_lua_request_t *r,
                                        const ngx_lua_out_cell_t *cells, int count, char **err);
]]

local data_ptr = ffi_new("const unsigned char *[1]")


-- The end of an operation that failed, as a tail call: level 2 is the user's code.
local function fail(rc, err)
    if rc == FFI_ERROR then
        error(ffi_string(err[0]), 2)
    end

    return nil, ffi_string(err[0])
end


local function peek(self, ...)
    local size = to_number((...))

    if not size or size < 0 then
        return socket.bad_argument(2, "bad size argument")
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_stream_lua_ffi_req_socket_peek(self[CONTEXT], size, data_ptr, err)

    if rc == FFI_OK then
        return ffi_string(data_ptr[0], size)
    end

    if rc == FFI_AGAIN then
        return yield()
    end

    return fail(rc, err)
end


local function shutdown(self, direction)
    if direction ~= "send" then
        return socket.bad_argument(2, "bad direction argument")
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_stream_lua_ffi_req_socket_shutdown(self[CONTEXT], err)

    if rc == FFI_OK then
        return 1
    end

    return fail(rc, err)
end


local protocol_ptr = ffi_new("const char *[1]")
local cipher_ptr = ffi_new("const char *[1]")
local reused_ptr = ffi_new("int[1]")


local function tls_info()
    C.ngx_stream_lua_ffi_req_socket_tls_info(protocol_ptr, cipher_ptr, reused_ptr)
    return {
        protocol = ffi_string(protocol_ptr[0]),
        cipher = ffi_string(cipher_ptr[0]),
        session_reused = reused_ptr[0] == 1,
    }
end


local function server_handshake(self)
    local err = get_errmsg_ptr()
    local rc = C.ngx_stream_lua_ffi_req_socket_start_tls(self[CONTEXT], err)

    if rc == FFI_AGAIN then
        local ok, failure = yield()

        if not ok then
            return nil, failure
        end

        return tls_info()
    end

    if rc == FFI_OK then
        return tls_info()
    end

    return fail(rc, err)
end


-- The session's own methods beside those of other sockets.
local tcp_mt = debug.getregistry().__tcp_raw_req_cosocket_mt
tcp_mt.peek = peek
tcp_mt.shutdown = shutdown

if pcall(function () return C.ngx_stream_lua_ffi_req_socket_start_tls end) then
    tcp_mt.serversslhandshake = server_handshake
end


local udp = {}
udp.__index = udp


function udp.receive(_, size)
    local r = get_request()
    local err = get_errmsg_ptr()
    local len = get_size_ptr()
    local rc = C.ngx_stream_lua_ffi_req_udp_receive(r, size and to_number(size) or 0, data_ptr, len,
                                                    err)

    if rc == FFI_OK then
        return ffi_string(data_ptr[0], len[0])
    end

    return fail(rc, err)
end


function udp.send(_, data)
    local cells, n = cells_of(data)

    if not cells then
        return socket.bad_argument(2, n)
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_stream_lua_ffi_req_udp_send(get_request(), cells, n, err)

    if rc == FFI_OK then
        return 1
    end

    return fail(rc, err)
end


-- Nothing is waited for: the datagram is there.
function udp.settimeout(_, timeout)
    if type(timeout) == "number" and timeout < 0 then
        return socket.raise("bad timeout value")
    end
end


-- Always full duplex; the argument that http has is ignored.
function ngx.req.socket()
    local r = get_request()

    if not r then
        error("no request found", 2)
    end

    local err = get_errmsg_ptr()
    local u = new_context()
    local rc = C.ngx_stream_lua_ffi_req_socket(r, u, err)

    if rc == FFI_OK then
        return setmetatable({ [CONTEXT] = u }, tcp_mt)
    end

    if rc == UDP_SESSION then
        return setmetatable({}, udp)
    end

    return fail(rc, err)
end
