-- What the TLS modules (ngx.ssl, ngx.ssl.*, ngx.proxyssl) share: how results come back, versions,
-- certificates that the garbage collector frees.
local ffi = require "ffi"
local base = require "resty.core.base"

base.allows_subsystem("http", "stream")

local C = ffi.C
local error = error
local ffi_gc = ffi.gc
local ffi_string = ffi.string
local get_request = base.get_request
local get_errmsg_ptr = base.get_errmsg_ptr

local FFI_OK = base.FFI_OK

ffi.cdef [[
    void ngx_lua_ffi_free_cert(void *cdata);
    void ngx_lua_ffi_free_priv_key(void *cdata);
]]

local VERSION_NAMES = {
    [0x300] = "SSLv3",
    [0x301] = "TLSv1",
    [0x302] = "TLSv1.1",
    [0x303] = "TLSv1.2",
    [0x304] = "TLSv1.3",
}

local M = {}


function M.request()
    return get_request() or error("no request found")
end


-- Of a function that has put its error into get_errmsg_ptr().
function M.failure()
    return nil, ffi_string(get_errmsg_ptr()[0])
end


local failure = M.failure


-- Of a function that only succeeds or fails.
function M.outcome(rc)
    if rc == FFI_OK then
        return true
    end

    return failure()
end


function M.add_version_constants(module)
    module.SSL3_VERSION = 0x300
    module.TLS1_VERSION = 0x301
    module.TLS1_1_VERSION = 0x302
    module.TLS1_2_VERSION = 0x303
    module.TLS1_3_VERSION = 0x304
end


-- `version`: as the C functions return it, negative with an error.
function M.version(version)
    if version < 0 then
        return failure()
    end

    return version
end


function M.version_name(version)
    if version < 0 then
        return failure()
    end

    local name = VERSION_NAMES[version]

    if not name then
        return nil, "unknown version"
    end

    return name
end


function M.own_cert(cdata)
    if cdata == nil then
        return failure()
    end

    return ffi_gc(cdata, C.ngx_lua_ffi_free_cert)
end


function M.own_priv_key(cdata)
    if cdata == nil then
        return failure()
    end

    return ffi_gc(cdata, C.ngx_lua_ffi_free_priv_key)
end


return M
