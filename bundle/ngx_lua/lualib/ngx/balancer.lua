-- Chooses the peer of a proxied request, in balancer_by_lua*.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

base.allows_subsystem("http", "stream")

local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK
local error = error
local ffi_string = ffi.string
local get_request = base.get_request
local tonumber = tonumber
local type = type

local ERR_SIZE = 128
local DEFAULT_IDLE_TIMEOUT = 60
local DEFAULT_MAX_REQUESTS = 100

local STATES = {
    [1] = "keepalive",
    [2] = "next",
    [4] = "failed",
}

native.declare [[
    int @balancer_set_more_tries(@request *r, int count, char **err);
    int @balancer_get_last_failure(@request *r, int *status, char **err);
    int @balancer_bind_to_local_addr(@request *r, const unsigned char *addr, size_t addr_len,
                                     unsigned char *errbuf, size_t *errbuf_size);
]]

local set_more_tries = native.bind("balancer_set_more_tries")
local get_last_failure = native.bind("balancer_get_last_failure")
local bind_to_local_addr = native.bind("balancer_bind_to_local_addr")

local M = { version = base.version }

local errmsg = base.get_errmsg_ptr()
local status_ptr = ffi.new("int[1]")


local function request()
    local r = get_request()

    if not r then
        error("no request found", 3)
    end

    return r
end


-- What a function returns for the result code of its native half; failure is false or nil.
local function result(rc, failure)
    if rc == FFI_OK then
        return true
    end

    return failure, ffi_string(errmsg[0])
end


local function msec(seconds, name)
    if not seconds then
        return 0
    end

    if type(seconds) ~= "number" or seconds <= 0 then
        error("bad " .. name .. " timeout", 3)
    end

    return seconds * 1000
end


function M.set_more_tries(count)
    local r = request()

    if set_more_tries(r, count, errmsg) ~= FFI_OK then
        return nil, ffi_string(errmsg[0])
    end

    if errmsg[0] ~= nil then
        return true, ffi_string(errmsg[0])
    end

    return true
end


function M.get_last_failure()
    local r = request()
    local state = get_last_failure(r, status_ptr, errmsg)

    if state == 0 then
        return nil
    end

    if state == FFI_ERROR then
        return nil, nil, ffi_string(errmsg[0])
    end

    return STATES[state] or "unknown", status_ptr[0]
end


function M.bind_to_local_addr(addr)
    local r = request()

    if type(addr) ~= "string" then
        error("bad argument #1 to 'bind_to_local_addr' (string expected, got " .. type(addr)
              .. ")")
    end

    local errlen = base.get_size_ptr()
    errlen[0] = ERR_SIZE
    local err = base.get_string_buf(ERR_SIZE)

    if bind_to_local_addr(r, addr, #addr, err, errlen) ~= FFI_OK then
        return nil, ffi_string(err, errlen[0])
    end

    return true
end


local function add_http_functions()
    native.declare [[
        int @balancer_set_current_peer(@request *r, const unsigned char *addr, size_t addr_len,
                                       int port, const unsigned char *host, size_t host_len,
                                       char **err);
        int @balancer_enable_keepalive(@request *r, unsigned long timeout,
                                       unsigned int max_requests, char **err);
        int @balancer_set_timeouts(@request *r, long connect_timeout, long send_timeout,
                                   long read_timeout, char **err);
        int @balancer_recreate_request(@request *r, char **err);
        int @balancer_set_upstream_tls(@request *r, int on, char **err);
    ]]

    local set_current_peer = native.bind("balancer_set_current_peer")
    local enable_keepalive = native.bind("balancer_enable_keepalive")
    local set_timeouts = native.bind("balancer_set_timeouts")
    local recreate_request = native.bind("balancer_recreate_request")
    local set_upstream_tls = native.bind("balancer_set_upstream_tls")

    function M.set_current_peer(addr, port, host)
        local r = request()

        if host ~= nil and type(host) ~= "string" then
            error("bad argument #3 to 'set_current_peer' (string expected, got " .. type(host)
                  .. ")")
        end

        port = port and tonumber(port) or 0
        return result(set_current_peer(r, addr, #addr, port, host, host and #host or 0, errmsg))
    end

    local function check(value, index, default)
        if value == nil then
            return default
        end

        if type(value) ~= "number" then
            error("bad argument #" .. index .. " to 'enable_keepalive' (number expected, got "
                  .. type(value) .. ")", 3)
        end

        if value < 0 then
            error("bad argument #" .. index .. " to 'enable_keepalive' (expected >= 0)", 3)
        end

        return value
    end

    function M.enable_keepalive(idle_timeout, max_requests)
        local r = request()
        local timeout = check(idle_timeout, 1, DEFAULT_IDLE_TIMEOUT) * 1000
        return result(enable_keepalive(r, timeout, check(max_requests, 2, DEFAULT_MAX_REQUESTS),
                                       errmsg))
    end

    function M.set_timeouts(connect_timeout, send_timeout, read_timeout)
        local r = request()
        local rc = set_timeouts(r, msec(connect_timeout, "connect"), msec(send_timeout, "send"),
                                msec(read_timeout, "read"), errmsg)

        return result(rc, false)
    end

    function M.recreate_request()
        local r = request()
        errmsg[0] = nil

        if recreate_request(r, errmsg) == FFI_OK then
            return true
        end

        if errmsg[0] == nil then
            return nil, "failed to recreate the upstream request"
        end

        return nil, ffi_string(errmsg[0])
    end

    function M.set_upstream_tls(on)
        local r = request()
        return result(set_upstream_tls(r, (not on or on == 0) and 0 or 1, errmsg))
    end
end


local function add_stream_functions()
    native.declare [[
        int @balancer_set_current_peer(@request *r, const unsigned char *addr, size_t addr_len,
                                       int port, char **err);
        int @balancer_set_timeouts(@request *r, long connect_timeout, long timeout, char **err);
    ]]

    local set_current_peer = native.bind("balancer_set_current_peer")
    local set_timeouts = native.bind("balancer_set_timeouts")

    function M.set_current_peer(addr, port, host)
        local r = request()

        if host ~= nil then
            error("bad argument #3 to 'set_current_peer' ('host' not yet implemented in stream "
                  .. "subsystem)", 2)
        end

        return result(set_current_peer(r, addr, #addr, port and tonumber(port) or 0, errmsg))
    end

    function M.enable_keepalive()
        error("'enable_keepalive' not yet implemented in stream subsystem", 2)
    end

    -- A stream proxy has one timeout for both directions.
    function M.set_timeouts(connect_timeout, send_timeout, read_timeout)
        local r = request()
        local send = msec(send_timeout, "send")
        local read = msec(read_timeout, "read")
        local rc = set_timeouts(r, msec(connect_timeout, "connect"), send > read and send or read,
                                errmsg)

        return result(rc, false)
    end
end


if ngx.config.subsystem == "http" then
    add_http_functions()

else
    add_stream_functions()
end


return M
