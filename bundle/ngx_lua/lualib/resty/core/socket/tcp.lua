-- ngx.socket.tcp: connecting, connection pools, closing. What every stream socket can do is in
-- stream.lua.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "ngx_lua.net"
local socket = require "resty.core.socket.base"
-- Declares the socket.
require "resty.core.socket.stream"

local C = ffi.C
local bad_argument = socket.bad_argument
local check_address = socket.check_address
local check_new = socket.check_new
local fail = socket.fail
local ffi_new = ffi.new
local io = socket.io
local new_context = native.tcp
local new_tab = base.new_tab
local port_of = socket.port_of
local raise = socket.raise
local select = select
local setmetatable = setmetatable
local to_number = socket.to_number
local tonumber = tonumber
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local CONNECT_TIMEOUT = socket.CONNECT_TIMEOUT
local POOL_KEY = socket.POOL_KEY
local SEND_TIMEOUT = socket.SEND_TIMEOUT
local READ_TIMEOUT = socket.READ_TIMEOUT
local BIND_ADDRESS = socket.BIND_ADDRESS
local TRANSPARENT = socket.TRANSPARENT

local MAX_PORT = socket.MAX_PORT
local NO_BACKLOG = -1
local NO_PORT = socket.NO_PORT
local AS_CONFIGURED = 0x7fffffff
-- Returned by C when a pool would have to be made with such a size.
local BAD_POOL_SIZE = 2

ffi.cdef [[
    typedef struct {
        const char *host;
        size_t      host_len;
        const char *key;
        size_t      key_len;
        const char *bind;
        size_t      bind_len;
        int32_t     port;
        int32_t     pool_size;
        int32_t     backlog;
        int32_t     transparent;
        int32_t     connect_timeout;
        int32_t     send_timeout;
        int32_t     read_timeout;
    } ngx_lua_connect_t;

    int ngx_lua_ffi_socket_tcp_connect(ngx_lua_tcp_socket_t *u, const ngx_lua_connect_t *request,
                                       ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_connect_result(ngx_lua_tcp_socket_t *u, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_close(ngx_lua_tcp_socket_t *u, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_setkeepalive(ngx_lua_tcp_socket_t *u, const unsigned char *key,
                                            size_t key_len, long timeout, long size,
                                            ngx_lua_io_result_t *out);
    long ngx_lua_ffi_socket_tcp_getreusedtimes(const ngx_lua_tcp_socket_t *u);
]]

local mt = debug.getregistry().__tcp_cosocket_mt
local request = ffi_new("ngx_lua_connect_t")


local function new_socket()
    return setmetatable(new_tab(10, 0), mt)
end


-- Connecting

local function connected(rc)
    if rc == FFI_OK then
        return 1
    end

    return fail(rc)
end


-- Kept apart from what compiles: a trace cannot yield.
local function wait_until_connected(u)
    yield()
    return connected(C.ngx_lua_ffi_socket_tcp_connect_result(u, io))
end


local function start(self, host, port, key, pool_size, backlog)
    local u = self[CONTEXT]

    if not u then
        u = new_context()
        self[CONTEXT] = u
    end

    self[POOL_KEY] = key
    local bind = self[BIND_ADDRESS]
    request.host = host
    request.host_len = #host
    request.key = key
    request.key_len = #key
    request.bind = bind
    request.bind_len = bind and #bind or 0
    request.port = port
    request.pool_size = pool_size
    request.backlog = backlog
    request.transparent = self[TRANSPARENT] and 1 or 0
    request.connect_timeout = self[CONNECT_TIMEOUT] or 0
    request.send_timeout = self[SEND_TIMEOUT] or 0
    request.read_timeout = self[READ_TIMEOUT] or 0

    local rc = C.ngx_lua_ffi_socket_tcp_connect(u, request, io)

    if rc == FFI_OK then
        return 1
    end

    if rc == FFI_AGAIN then
        return wait_until_connected(u)
    end

    return fail(rc)
end


-- The pool's key, size and backlog; or nil and why the options are bad.
local function pool_options(options)
    local pool = options.pool
    local pool_size = options.pool_size
    local backlog = options.backlog
    local kind = type(pool)

    if pool_size ~= nil then
        if type(pool_size) ~= "number" then
            return false, 'bad "pool_size" option type: ' .. type(pool_size)
        end

        if pool_size <= 0 then
            return false, 'bad "pool_size" option value: ' .. pool_size
        end
    end

    if type(backlog) ~= "number" then
        backlog = NO_BACKLOG

    elseif backlog < 0 then
        return false, 'bad "backlog" option value: ' .. backlog
    end

    if kind == "number" then
        pool = tostring(pool)

    elseif kind ~= "string" and kind ~= "nil" then
        return false, 'bad "pool" option type: ' .. kind
    end

    return pool, pool_size or 0, backlog
end


local function connect(self, host, port, options)
    if type(host) == "number" then
        host = tostring(host)
    end

    if type(host) ~= "string" then
        return bad_argument(2, "string expected, got " .. type(host))
    end

    local key
    local pool_size = 0
    local backlog = NO_BACKLOG

    if type(options) == "table" then
        key, pool_size, backlog = pool_options(options)

        if key == false then
            return bad_argument(4, pool_size)
        end
    end

    local number, err = port_of(host, port)

    if not number then
        return nil, err
    end

    if not key then
        key = number == NO_PORT and host or host .. ":" .. number
    end

    return start(self, host, number, key, pool_size, backlog)
end


function mt.connect(...)
    local n = select("#", ...)
    local self, host, port, options = ...

    if n < 2 or n > 4 then
        return raise("ngx.socket connect: expecting 2, 3, or 4 arguments (including the " ..
                     "object), but seen " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    return connect(self, host, port, options)
end


function mt.bind(...)
    local n = select("#", ...)
    local self, address, port = ...

    if n ~= 2 and n ~= 3 then
        return raise("expecting 2 or 3 arguments, but got " .. n)
    end

    if type(address) ~= "string" then
        return bad_argument(2, "string expected, got " .. type(address))
    end

    if n == 3 then
        local number = to_number(port)

        if not number then
            return nil, "expecting port to be anumber but got type: " .. type(port)
        end

        if number < 0 or number > MAX_PORT then
            return nil, "bad port number: " .. number
        end

        port = number
    end

    if not check_address(address, "tcp") then
        return nil, "bad address"
    end

    self[BIND_ADDRESS] = port and address .. ":" .. port or address
    return true
end


-- Ending

function mt.close(...)
    local n = select("#", ...)
    local self = ...

    if n ~= 1 then
        return raise("expecting 1 argument (including the object) but seen " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    local rc = C.ngx_lua_ffi_socket_tcp_close(self[CONTEXT], io)

    if rc == FFI_OK then
        return 1
    end

    return fail(rc)
end


local function set_keepalive(self, timeout, size)
    local u = self[CONTEXT]
    local key = self[POOL_KEY]

    if not u then
        return nil, "closed"
    end

    local rc = C.ngx_lua_ffi_socket_tcp_setkeepalive(u, key, key and #key or 0, timeout, size, io)

    if rc == FFI_OK then
        return 1
    end

    if rc == BAD_POOL_SIZE then
        return bad_argument(3, 'bad "pool_size" option value: ' .. size)
    end

    return fail(rc)
end


function mt.setkeepalive(...)
    local n = select("#", ...)
    local self, timeout, size = ...

    if n < 1 or n > 3 then
        return raise("expecting 1 to 3 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    if timeout ~= nil and not to_number(timeout) then
        return bad_argument(2, "number expected, got " .. type(timeout))
    end

    if size ~= nil and not to_number(size) then
        return bad_argument(3, "number expected, got " .. type(size))
    end

    timeout = tonumber(timeout)
    return set_keepalive(self, timeout and timeout >= 0 and timeout or -1,
                         tonumber(size) or AS_CONFIGURED)
end


function mt.getreusedtimes(...)
    local n = select("#", ...)
    local self = ...

    if n ~= 1 then
        return raise("expecting 1 argument (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_argument(1, "table expected, got " .. type(self))
    end

    local times = tonumber(C.ngx_lua_ffi_socket_tcp_getreusedtimes(self[CONTEXT]))

    if times == FFI_DECLINED then
        return nil, "closed"
    end

    return times
end


-- Making one

local function tcp(...)
    local n = select("#", ...)

    if n > 0 then
        return raise("expecting zero arguments, but got " .. n)
    end

    local err = check_new()

    if err then
        return raise(err)
    end

    return new_socket()
end


ngx.socket.tcp = tcp
ngx.socket.stream = tcp


-- ngx.socket.connect
ngx.socket.connect = function (...)
    local err = check_new()

    if err then
        return raise(err)
    end

    local self = new_socket()
    local ok
    ok, err = self:connect(...)

    if not ok then
        return nil, err
    end

    return self
end
