-- Reading ngx.arg: the arguments of set_by_lua*, the chunk and end mark of body_filter_by_lua*.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_raw_phase = ngx.get_raw_phase
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local tonumber = tonumber

local FFI_AGAIN = base.FFI_AGAIN

ffi.cdef [[
    void ngx_http_lua_ffi_get_setby_param(ngx_http_request_t *r, int idx, unsigned char **data,
                                          size_t *len);
    int ngx_http_lua_ffi_get_body_filter_param_body(ngx_http_request_t *r, unsigned char **data,
                                                    size_t *len);
    int ngx_http_lua_ffi_get_body_filter_param_eof(ngx_http_request_t *r);
    int ngx_http_lua_ffi_copy_body_filter_param_body(ngx_http_request_t *r, unsigned char *data);
]]

local PHASE_SET = 0x1
local PHASE_BODY_FILTER = 0x40

local CHUNK = 1
local EOF = 2

local data_ptr = ffi_new("unsigned char *[1]")


local function get_set_argument(r, index)
    local len = get_size_ptr()
    C.ngx_http_lua_ffi_get_setby_param(r, index, data_ptr, len)

    if len[0] == 0 then
        return nil
    end

    local result = ffi_string(data_ptr[0], len[0])
    return result
end


local function get_chunk(r)
    local len = get_size_ptr()
    local rc = C.ngx_http_lua_ffi_get_body_filter_param_body(r, data_ptr, len)

    if len[0] == 0 then
        return ""
    end

    if rc ~= FFI_AGAIN then
        local result = ffi_string(data_ptr[0], len[0])
        return result
    end

    local size = tonumber(len[0])
    local buf = get_string_buf(size)
    C.ngx_http_lua_ffi_copy_body_filter_param_body(r, buf)
    local result = ffi_string(buf, size)
    return result
end


local function get(_, key)
    local r = get_request()

    if not r then
        error("no request found")
    end

    local phase = get_raw_phase(r)

    if phase == PHASE_SET then
        return get_set_argument(r, key)
    end

    if phase ~= PHASE_BODY_FILTER then
        error("API disabled in the current context")
    end

    if key == CHUNK then
        return get_chunk(r)
    end

    if key == EOF then
        return C.ngx_http_lua_ffi_get_body_filter_param_eof(r) == 1
    end

    return nil
end


-- Writes stay with C.
getmetatable(ngx.arg).__index = get


return { version = base.version }
