-- ngx.var: nginx variables, and by number the captures of the request's last regex.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local setmetatable = setmetatable
local tostring = tostring
local type = type

local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

native.declare [[
    int @var_get(@request *r, const unsigned char *name, size_t name_len,
                 unsigned char *lowcase_buf, int capture_id, unsigned char **value,
                 size_t *value_len, char **err);
    int @var_set(@request *r, const unsigned char *name, size_t name_len,
                 unsigned char *lowcase_buf, const unsigned char *value, size_t value_len,
                 unsigned char *err, size_t *errlen);
]]

local var_get = native.bind("var_get")
local var_set = native.bind("var_set")

local ERR_SIZE = 256

local value_ptr = ffi_new("unsigned char *[1]")


local function get(_, name)
    local r = get_request()

    if not r then
        error("no request found")
    end

    local value_len = get_size_ptr()
    local err = get_errmsg_ptr()
    local rc

    if type(name) == "string" then
        local len = #name
        rc = var_get(r, name, len, get_string_buf(len), 0, value_ptr, value_len, err)

    elseif type(name) == "number" then
        rc = var_get(r, nil, 0, nil, name, value_ptr, value_len, err)

    else
        error("bad variable name", 2)
    end

    if rc == FFI_OK then
        local result = ffi_string(value_ptr[0], value_len[0])
        return result
    end

    if rc == FFI_DECLINED then
        return nil
    end

    error(ffi_string(err[0]), 2)
end


local function set(_, name, value)
    if type(name) ~= "string" then
        error("bad variable name", 2)
    end

    local r = get_request()

    if not r then
        error("no request found")
    end

    local len = #name
    local scratch = get_string_buf(len + ERR_SIZE)
    local err = scratch + len
    local errlen = get_size_ptr()
    errlen[0] = ERR_SIZE
    local rc

    if value == nil then
        rc = var_set(r, name, len, scratch, nil, 0, err, errlen)

    else
        if type(value) ~= "string" then
            value = tostring(value)
        end

        rc = var_set(r, name, len, scratch, value, #value, err, errlen)
    end

    if rc ~= FFI_OK then
        error(ffi_string(err, errlen[0]), 2)
    end
end


ngx.var = setmetatable({}, { __index = get, __newindex = set })


return { version = base.version }
