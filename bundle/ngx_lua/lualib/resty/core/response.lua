-- ngx.header and ngx.resp: the response's headers.
local ffi = require "ffi"
local base = require "resty.core.base"
local headers = require "resty.core.headers"

local C = ffi.C
local check_number = require("resty.core.check").number
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_string_buf = base.get_string_buf
local new_tab = base.new_tab
local setmetatable = setmetatable
local tostring = tostring
local type = type

local FFI_BAD_CONTEXT = base.FFI_BAD_CONTEXT
local FFI_DECLINED = base.FFI_DECLINED
local FFI_ERROR = base.FFI_ERROR
local FFI_NO_REQ_CTX = base.FFI_NO_REQ_CTX
local FFI_OK = base.FFI_OK

local BAD_CONTEXT = "API disabled in the current context"
local MAX_VALUES = 100

ffi.cdef [[
    int ngx_http_lua_ffi_set_resp_header(ngx_http_request_t *r, const char *key, size_t key_len,
        int is_nil, const char *value, size_t value_len, ngx_lua_ffi_str_t *values,
        size_t values_len, int override, char **err);
    int ngx_http_lua_ffi_get_resp_header(ngx_http_request_t *r, const unsigned char *key,
        size_t key_len, unsigned char *key_buf, ngx_lua_ffi_str_t *values, int max_values,
        char **err);
    int ngx_http_lua_ffi_resp_get_headers_count(ngx_http_request_t *r, int max, int *truncated);
    int ngx_http_lua_ffi_resp_get_headers(ngx_http_request_t *r, ngx_lua_ffi_table_elt_t *out,
        int count, int raw);
    void ngx_http_lua_ffi_bypass_if_checks(ngx_http_request_t *r);
]]

local M = { version = base.version }

local values = ffi_new("ngx_lua_ffi_str_t[?]", MAX_VALUES)
local truncated = ffi_new("int[1]")


-- What a header is set to: is_nil, value, value_len, values, values_len; nothing if there is
-- nothing to do.
local function plan(value, no_override)
    if value == nil then
        if no_override then
            -- plan, set_resp_header, ngx.header's metamethod or add_header, the user
            error("invalid header value", 4)
        end

        return 1, nil, 0, nil, 0
    end

    if type(value) ~= "table" then
        value = type(value) == "string" and value or tostring(value)
        return 0, value, #value, nil, 0
    end

    local count = #value

    if count > 0 then
        return 0, nil, 0, headers.strings(value, count), count
    end

    if not no_override then
        return 1, nil, 0, nil, 0
    end
end


-- The setter of ngx.header; with no_override the value is added to those that are there.
function M.set_resp_header(_, key, value, no_override)
    local r = get_request()

    if not r then
        error("no request found")
    end

    if type(key) ~= "string" then
        key = tostring(key)
    end

    local is_nil, sval, sval_len, mvals, mvals_len = plan(value, no_override)

    if not is_nil then
        return
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_set_resp_header(r, key, #key, is_nil, sval, sval_len, mvals,
                                                  mvals_len, no_override and 0 or 1, err)

    if rc == FFI_OK or rc == FFI_DECLINED then
        return
    end

    if rc == FFI_NO_REQ_CTX then
        error("no request ctx found")
    end

    if rc == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    error(ffi_string(err[0]), 2)
end


local function get_resp_header(_, key)
    local r = get_request()

    if not r then
        error("no request found")
    end

    if type(key) ~= "string" then
        key = tostring(key)
    end

    local len = #key
    local err = get_errmsg_ptr()
    local n = C.ngx_http_lua_ffi_get_resp_header(r, key, len, get_string_buf(len), values,
                                                 MAX_VALUES, err)

    if n == 0 then
        return nil
    end

    if n == 1 then
        local result = ffi_string(values[0].data, values[0].len)
        return result
    end

    if n > 0 then
        local result = new_tab(n, 0)

        for i = 1, n do
            local value = values[i - 1]
            result[i] = ffi_string(value.data, value.len)
        end

        return result
    end

    if n == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    error(ffi_string(err[0]), 2)
end


ngx.header = setmetatable({}, {
    __index = get_resp_header,
    __newindex = M.set_resp_header,
})


ngx.resp = ngx.resp or {}


function ngx.resp.get_headers(max, raw)
    local r = get_request()

    if not r then
        error("no request found")
    end

    if max == nil then
        max = headers.DEFAULT_LIMIT

    else
        max = check_number(max, 1)
    end

    local count = C.ngx_http_lua_ffi_resp_get_headers_count(r, max, truncated)

    if count == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    if count == FFI_NO_REQ_CTX then
        error("no request ctx found")
    end

    local elts = headers.get_elts(count)
    local n = C.ngx_http_lua_ffi_resp_get_headers(r, elts, count, raw and 1 or 0)

    if n == FFI_ERROR then
        return nil
    end

    return headers.to_table(elts, n, raw, truncated[0] ~= 0)
end


-- nginx will not answer 304 or 412 because of If-* headers.
function M.bypass_if_checks()
    local r = get_request()

    if not r then
        error("no request found")
    end

    C.ngx_http_lua_ffi_bypass_if_checks(r)
end


return M
