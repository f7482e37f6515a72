-- ngx.socket.udp: datagrams to and from one peer.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "ngx_lua.net"
local rope = require "resty.core.socket.rope"
local socket = require "resty.core.socket.base"

local C = ffi.C
local bad_argument = socket.bad_argument
local cells_of = rope.cells_of
local check_address = socket.check_address
local check_new = socket.check_new
local fail = socket.fail
local ffi_new = ffi.new
local ffi_string = ffi.string
local io = socket.io
local new_context = native.udp
local port_of = socket.port_of
local raise = socket.raise
local select = select
local setmetatable = setmetatable
local to_number = socket.to_number
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local READ_TIMEOUT = socket.READ_TIMEOUT
local BIND_ADDRESS = socket.BIND_ADDRESS

local LARGEST_DATAGRAM = 65536

ffi.cdef [[
    typedef struct ngx_lua_udp_socket_s ngx_lua_udp_socket_t;

    typedef struct {
        const char *host;
        size_t      host_len;
        const char *bind;
        size_t      bind_len;
        int32_t     port;
    } ngx_lua_udp_peer_t;

    int ngx_lua_ffi_socket_udp_connect(ngx_lua_udp_socket_t *u, const ngx_lua_udp_peer_t *peer,
                                       ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_udp_connect_result(ngx_lua_udp_socket_t *u, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_udp_send(ngx_lua_udp_socket_t *u, const ngx_lua_out_cell_t *cells,
                                    int count, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_udp_receive(ngx_lua_udp_socket_t *u, size_t size,
                                       ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_udp_receive_result(ngx_lua_udp_socket_t *u, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_udp_close(ngx_lua_udp_socket_t *u, ngx_lua_io_result_t *out);
    void ngx_lua_ffi_socket_udp_settimeout(ngx_lua_udp_socket_t *u, long timeout);
]]

local mt = {}
mt.__index = mt

local peer = ffi_new("ngx_lua_udp_peer_t")


local function set_peer(self, host, port)
    local u = self[CONTEXT]

    if not u then
        u = new_context()
        self[CONTEXT] = u
    end

    local bind = self[BIND_ADDRESS]
    peer.host = host
    peer.host_len = #host
    peer.bind = bind
    peer.bind_len = bind and #bind or 0
    peer.port = port

    C.ngx_lua_ffi_socket_udp_settimeout(u, self[READ_TIMEOUT] or 0)
    local rc = C.ngx_lua_ffi_socket_udp_connect(u, peer, io)

    if rc == FFI_AGAIN then
        yield()
        rc = C.ngx_lua_ffi_socket_udp_connect_result(u, io)
    end

    if rc == FFI_OK then
        return 1
    end

    return fail(rc)
end


function mt.setpeername(...)
    local n = select("#", ...)
    local self, host, port = ...

    if n ~= 2 and n ~= 3 then
        return raise("ngx.socket.udp setpeername: expecting 2 or 3 arguments (including the " ..
                     "object), but seen " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    if type(host) ~= "string" then
        return bad_argument(2, "string expected, got " .. type(host))
    end

    local number, err = port_of(host, port)

    if not number then
        return nil, err
    end

    return set_peer(self, host, number)
end


function mt.bind(...)
    local n = select("#", ...)
    local self, address = ...

    if n ~= 2 then
        return raise("expecting 2 arguments, but got " .. n)
    end

    if type(address) ~= "string" then
        return bad_argument(2, "string expected, got " .. type(address))
    end

    if not check_address(address, "udp") then
        return nil, "bad address"
    end

    self[BIND_ADDRESS] = address
    return true
end


local function send(self, data)
    local cells, n = cells_of(data)

    if not cells then
        return bad_argument(2, n)
    end

    local rc = C.ngx_lua_ffi_socket_udp_send(self[CONTEXT], cells, n, io)

    if rc == FFI_OK then
        return 1
    end

    return fail(rc)
end


function mt.send(...)
    local n = select("#", ...)
    local self, data = ...

    if n ~= 2 then
        return raise("expecting 2 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    return send(self, data)
end


local function receive(self, size)
    local u = self[CONTEXT]
    local rc = C.ngx_lua_ffi_socket_udp_receive(u, size, io)

    -- A datagram may turn out to be broken when it is taken.
    while rc == FFI_AGAIN do
        yield()
        rc = C.ngx_lua_ffi_socket_udp_receive_result(u, io)
    end

    if rc == FFI_OK then
        local data = ffi_string(io[0].data, io[0].size)
        return data
    end

    return fail(rc)
end


function mt.receive(...)
    local n = select("#", ...)
    local self, size = ...

    if n ~= 1 and n ~= 2 then
        return raise("expecting 1 or 2 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    if n == 1 then
        return receive(self, LARGEST_DATAGRAM)
    end

    size = to_number(size)

    if not size then
        return bad_argument(2, "number expected, got " .. type((select(2, ...))))
    end

    return receive(self, size > 0 and size or LARGEST_DATAGRAM)
end


function mt.settimeout(...)
    local n = select("#", ...)
    local self, timeout = ...

    if n ~= 2 then
        return raise("ngx.socket settimeout: expecting at least 2 arguments (including the " ..
                     "object) but seen " .. n)
    end

    timeout = to_number(timeout) or 0

    if timeout < 0 then
        timeout = 0
    end

    self[READ_TIMEOUT] = timeout

    if self[CONTEXT] then
        C.ngx_lua_ffi_socket_udp_settimeout(self[CONTEXT], timeout)
    end
end


function mt.close(...)
    local n = select("#", ...)
    local self = ...

    if n ~= 1 then
        return raise("expecting 1 argument (including the object) but seen " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    local rc = C.ngx_lua_ffi_socket_udp_close(self[CONTEXT], io)

    if rc == FFI_OK then
        return 1
    end

    return fail(rc)
end


function ngx.socket.udp(...)
    local n = select("#", ...)

    if n > 0 then
        return raise("expecting zero arguments, but got " .. n)
    end

    local err = check_new()

    if err then
        return raise(err)
    end

    return setmetatable({}, mt)
end
