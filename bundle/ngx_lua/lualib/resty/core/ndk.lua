-- ndk.set_var.DIRECTIVE(arg): the variable filters of other modules, as functions.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_request = base.get_request
local setmetatable = setmetatable
local tostring = tostring
local type = type

local FFI_OK = base.FFI_OK

base.allows_subsystem("http")

local M = { version = base.version }

ffi.cdef [[
    typedef void *ndk_set_var_value_pt;

    int ngx_http_lua_ffi_ndk_lookup_directive(const unsigned char *name, size_t name_len,
                                              ndk_set_var_value_pt *func);
    int ngx_http_lua_ffi_ndk_set_var_get(ngx_http_request_t *r, ndk_set_var_value_pt func,
                                         const unsigned char *arg, size_t arg_len,
                                         ngx_lua_ffi_str_t *value);
]]

-- A server without the NDK lacks its functions, and code that asks for `ndk` finds nothing.
local has_ndk = pcall(function ()
    return C.ngx_http_lua_ffi_ndk_lookup_directive
end)

if not has_ndk then
    return M
end

ndk = ndk or {}
package.loaded.ndk = ndk

local func_ptr = ffi_new("ndk_set_var_value_pt[1]")
local value = ffi_new("ngx_lua_ffi_str_t[1]")


local function call(directive, func, arg)
    local r = get_request()

    if not r then
        error("no request found")
    end

    if type(arg) ~= "string" then
        arg = tostring(arg)
    end

    local rc = C.ngx_http_lua_ffi_ndk_set_var_get(r, func, arg, #arg, value)

    if rc ~= FFI_OK then
        error("calling directive " .. directive .. " failed with code " .. rc, 3)
    end

    local result = ffi_string(value[0].data, value[0].len)
    return result
end


local function find(_, directive)
    if type(directive) ~= "string" then
        directive = tostring(directive)
    end

    if C.ngx_http_lua_ffi_ndk_lookup_directive(directive, #directive, func_ptr) ~= FFI_OK then
        error("ndk.set_var: directive \"" .. directive
              .. "\" not found or does not use ndk_set_var_value", 2)
    end

    local func = func_ptr[0]

    return function (arg)
        local result = call(directive, func, arg)
        return result
    end
end


ndk.set_var = setmetatable({}, {
    __index = find,
    __newindex = function ()
        error("not allowed", 2)
    end,
})


return M
