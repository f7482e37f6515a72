-- The methods that every stream socket has: receive, receiveany, receiveuntil, send, the timeouts.
-- What lies in the receive buffer already, C hands out without leaving a trace; the functions that
-- wait are apart from those that do not.
local ffi = require "ffi"
local base = require "resty.core.base"
local rope = require "resty.core.socket.rope"
local socket = require "resty.core.socket.base"

local C = ffi.C
local bad_argument = socket.bad_argument
local cells_of = rope.cells_of
local fail = socket.fail
local fail_partially = socket.fail_partially
local ffi_new = ffi.new
local ffi_string = ffi.string
local io = socket.io
local raise = socket.raise
local select = select
local to_number = socket.to_number
local tonumber = tonumber
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_OK = base.FFI_OK

local CONTEXT = socket.CONTEXT
local CONNECT_TIMEOUT = socket.CONNECT_TIMEOUT
local SEND_TIMEOUT = socket.SEND_TIMEOUT
local READ_TIMEOUT = socket.READ_TIMEOUT

-- Reader::Mode
local LINE = 0
local SIZE = 1
local ANY = 2
local ALL = 3
local UNTIL = 4

local MAX_TIMEOUT = 0x7fffffff

ffi.cdef [[
    typedef struct ngx_http_lua_socket_tcp_upstream_s ngx_lua_tcp_socket_t;

    int ngx_lua_ffi_socket_tcp_receive(ngx_lua_tcp_socket_t *u, int mode, size_t size,
                                       void *pattern, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_receive_result(ngx_lua_tcp_socket_t *u, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_send(ngx_lua_tcp_socket_t *u, const ngx_lua_out_cell_t *cells,
                                    int count, ngx_lua_io_result_t *out);
    int ngx_lua_ffi_socket_tcp_send_result(ngx_lua_tcp_socket_t *u, ngx_lua_io_result_t *out);
    void ngx_lua_ffi_socket_tcp_settimeouts(ngx_lua_tcp_socket_t *u, long connect, long send,
                                            long read);
    size_t ngx_lua_ffi_socket_pattern_space(size_t size);
    void ngx_lua_ffi_socket_pattern_init(void *memory, const unsigned char *bytes, size_t size,
                                         int inclusive);
]]

local M = {}


-- Reading

local function received(rc)
    if rc == FFI_OK then
        local data = ffi_string(io[0].data, io[0].size)
        return data
    end

    return fail_partially(rc)
end


-- Kept apart from what compiles: a trace cannot yield.
local function wait_for_data(u)
    yield()
    return received(C.ngx_lua_ffi_socket_tcp_receive_result(u, io))
end


local function read(self, mode, size, pattern)
    local u = self[CONTEXT]
    local rc = C.ngx_lua_ffi_socket_tcp_receive(u, mode, size, pattern, io)

    if rc == FFI_OK then
        local data = ffi_string(io[0].data, io[0].size)
        return data
    end

    if rc == FFI_AGAIN then
        return wait_for_data(u)
    end

    return fail_partially(rc)
end


local function receive_size(self, size)
    if size < 0 then
        return bad_argument(2, "bad number argument")
    end

    return read(self, SIZE, size)
end


local function receive(self, pattern)
    if pattern == "*l" then
        return read(self, LINE, 0)
    end

    if type(pattern) == "number" then
        return receive_size(self, pattern)
    end

    if pattern == "*a" then
        return read(self, ALL, 0)
    end

    if type(pattern) ~= "string" then
        return bad_argument(2, "bad argument")
    end

    local size = tonumber(pattern)

    if size then
        return receive_size(self, size)
    end

    if pattern:sub(1, 1) == "*" then
        return bad_argument(2, "bad pattern argument")
    end

    return bad_argument(2, "bad pattern argument: " .. pattern)
end


-- What is no socket at all.
local function bad_self(self)
    return bad_argument(1, "table expected, got " .. type(self))
end


function M.receive(...)
    local n = select("#", ...)
    local self, pattern = ...

    if n == 0 or n > 2 then
        return raise("expecting 1 or 2 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_self(self)
    end

    if n == 1 then
        return read(self, LINE, 0)
    end

    return receive(self, pattern)
end


function M.receiveany(...)
    local n = select("#", ...)
    local self, max = ...

    if n ~= 2 then
        return raise("expecting 2 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_self(self)
    end

    max = to_number(max)

    if not max or max < 1 then
        return bad_argument(2, "bad max argument")
    end

    return read(self, ANY, max)
end


local function inclusive_option(options)
    local inclusive = options.inclusive

    if inclusive ~= nil and type(inclusive) ~= "boolean" then
        return nil, 'bad "inclusive" option value type: ' .. type(inclusive)
    end

    return inclusive and 1 or 0
end


-- Returned by C when a record read in pieces is over.
local END_OF_RECORD = 1


local function new_iterator(self, bytes, inclusive)
    local space = tonumber(C.ngx_lua_ffi_socket_pattern_space(#bytes))
    local pattern = ffi_new("uint64_t[?]", (space + 7) / 8)
    C.ngx_lua_ffi_socket_pattern_init(pattern, bytes, #bytes, inclusive)

    local function next_piece(size)
        local u = self[CONTEXT]
        local rc = C.ngx_lua_ffi_socket_tcp_receive(u, UNTIL, size, pattern, io)

        if rc == FFI_OK then
            local data = ffi_string(io[0].data, io[0].size)
            return data
        end

        if rc == END_OF_RECORD then
            return nil, nil, nil
        end

        if rc == FFI_AGAIN then
            return wait_for_data(u)
        end

        return fail_partially(rc)
    end

    return function (...)
        local n = select("#", ...)

        if n == 0 then
            return next_piece(0)
        end

        if n > 1 then
            return raise("expecting 0 or 1 argument, but seen " .. n)
        end

        local size = to_number((...))

        if not size then
            return bad_argument(1, "number expected, got " .. type((...)))
        end

        return next_piece(size > 0 and size or 0)
    end
end


function M.receiveuntil(...)
    local n = select("#", ...)
    local self, bytes, options = ...

    if n ~= 2 and n ~= 3 then
        return raise("expecting 2 or 3 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_self(self)
    end

    if type(bytes) == "number" then
        bytes = tostring(bytes)
    end

    if type(bytes) ~= "string" then
        return bad_argument(2, "string expected, got " .. type(bytes))
    end

    local inclusive = 0

    if n == 3 then
        if type(options) ~= "table" then
            return bad_argument(3, "table expected, got " .. type(options))
        end

        local err
        inclusive, err = inclusive_option(options)

        if not inclusive then
            return raise(err)
        end
    end

    if bytes == "" then
        return nil, "pattern is empty"
    end

    return new_iterator(self, bytes, inclusive)
end


-- Writing

local function sent(rc)
    if rc == FFI_OK then
        return tonumber(io[0].size)
    end

    return fail(rc)
end


local function wait_until_sent(u)
    yield()
    return sent(C.ngx_lua_ffi_socket_tcp_send_result(u, io))
end


local function send(self, data)
    local cells, n = cells_of(data)

    if not cells then
        return bad_argument(2, n)
    end

    local u = self[CONTEXT]
    local rc = C.ngx_lua_ffi_socket_tcp_send(u, cells, n, io)

    if rc == FFI_OK then
        return tonumber(io[0].size)
    end

    if rc == FFI_AGAIN then
        return wait_until_sent(u)
    end

    return fail(rc)
end


function M.send(...)
    local n = select("#", ...)
    local self, data = ...

    if n ~= 2 then
        return raise("expecting 2 arguments (including the object), but got " .. n)
    end

    if type(self) ~= "table" then
        return bad_self(self)
    end

    return send(self, data)
end


-- Timeouts

local function set_timeouts(self, connect, send_timeout, read_timeout)
    self[CONNECT_TIMEOUT] = connect
    self[SEND_TIMEOUT] = send_timeout
    self[READ_TIMEOUT] = read_timeout

    if self[CONTEXT] then
        C.ngx_lua_ffi_socket_tcp_settimeouts(self[CONTEXT], connect or 0, send_timeout or 0,
                                             read_timeout or 0)
    end
end


-- In ms, or nil and whether it is wrong; what is no number counts as 0.
local function timeout_of(value)
    local timeout = to_number(value) or 0

    if timeout > MAX_TIMEOUT or timeout < 0 then
        return nil
    end

    return timeout
end


function M.settimeout(...)
    local n = select("#", ...)
    local self, value = ...

    if n ~= 2 then
        return raise("ngx.socket settimeout: expecting 2 arguments (including the object) " ..
                     "but seen " .. n)
    end

    local timeout = timeout_of(value)

    if not timeout then
        return raise("bad timeout value")
    end

    set_timeouts(self, timeout, timeout, timeout)
end


function M.settimeouts(...)
    local n = select("#", ...)
    local self, connect, send_timeout, read_timeout = ...

    if n ~= 4 then
        return raise("ngx.socket settimeouts: expecting 4 arguments (including the object) " ..
                     "but seen " .. n)
    end

    connect = timeout_of(connect)
    send_timeout = timeout_of(send_timeout)
    read_timeout = timeout_of(read_timeout)

    if not connect or not send_timeout or not read_timeout then
        return raise("bad timeout value")
    end

    set_timeouts(self, connect, send_timeout, read_timeout)
end


return M
