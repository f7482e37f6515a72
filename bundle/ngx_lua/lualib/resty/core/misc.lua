-- The keys of `ngx` that are computed when they are read or written: ngx.status and the like. Other
-- modules add theirs through register_ngx_magic_key_getter and _setter. Also os.getenv, which sees
-- the `env` directives before nginx has put them into the environment.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local native_getenv = os.getenv
local rawget = rawget
local rawset = rawset
local setmetatable = setmetatable
local tonumber = tonumber
local type = type

local FFI_BAD_CONTEXT = base.FFI_BAD_CONTEXT
local FFI_NO_REQ_CTX = base.FFI_NO_REQ_CTX
local FFI_OK = base.FFI_OK

local BAD_CONTEXT = "API disabled in the current context"

native.declare [[
    int @get_resp_status(@request *r);
]]

ffi.cdef [[
    int ngx_lua_ffi_get_conf_env(const char *name, unsigned char **entry, size_t *name_len);
]]

local get_resp_status = native.bind("get_resp_status")

local M = { _VERSION = base.version }

local getters = {}
local setters = {}


local function get_key(tb, key)
    local getter = getters[key]

    if getter then
        return getter()
    end

    local result = rawget(tb, key)
    return result
end


local function set_key(tb, key, value)
    local setter = setters[key]

    if setter then
        return setter(value)
    end

    rawset(tb, key, value)
end


function M.register_ngx_magic_key_getter(key, getter)
    getters[key] = getter
end


function M.register_ngx_magic_key_setter(key, setter)
    setters[key] = setter
end


setmetatable(ngx, { __index = get_key, __newindex = set_key })


local function request()
    return get_request() or error("no request found")
end


function getters.status()
    local rc = get_resp_status(request())

    if rc == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    return rc
end


if ngx.config.subsystem == "http" then
    native.declare [[
        int @set_resp_status(@request *r, int status);
        int @is_subrequest(@request *r);
        int @headers_sent(@request *r);
        int @req_is_internal(@request *r);
    ]]

    local set_resp_status = native.bind("set_resp_status")
    local is_subrequest = native.bind("is_subrequest")
    local headers_sent = native.bind("headers_sent")
    local req_is_internal = native.bind("req_is_internal")


    function setters.status(status)
        local rc = set_resp_status(request(), tonumber(status))

        if rc == FFI_BAD_CONTEXT then
            error(BAD_CONTEXT, 2)
        end
    end


    function getters.is_subrequest()
        local rc = is_subrequest(request())

        if rc == FFI_BAD_CONTEXT then
            error(BAD_CONTEXT, 2)
        end

        return rc == 1
    end


    function getters.headers_sent()
        local rc = headers_sent(request())

        if rc == FFI_NO_REQ_CTX then
            error("no request ctx found")
        end

        if rc == FFI_BAD_CONTEXT then
            error(BAD_CONTEXT, 2)
        end

        return rc == 1
    end


    function ngx.req.is_internal()
        local rc = req_is_internal(request())

        if rc == FFI_BAD_CONTEXT then
            error(BAD_CONTEXT)
        end

        return rc == 1
    end
end


local entry_ptr = ffi_new("unsigned char *[1]")


local function conf_getenv(name)
    if type(name) ~= "string" then
        return nil
    end

    local name_len = get_size_ptr()

    if C.ngx_lua_ffi_get_conf_env(name, entry_ptr, name_len) ~= FFI_OK then
        return nil
    end

    local result = ffi_string(entry_ptr[0] + name_len[0] + 1)
    return result
end


local request_seen = false


-- A worker's environment has the settings of the `env` directives in it, so from the first call in
-- a request on Lua's own function is right. Copies of this one keep working.
function os.getenv(name)
    if not request_seen and get_request() then
        request_seen = true
        os.getenv = native_getenv
    end

    return not request_seen and conf_getenv(name) or native_getenv(name)
end


return M
