-- ngx.req: headers, method, URI and query arguments. The body is in request_body.lua.
local ffi = require "ffi"
local args = require "resty.core.args"
local base = require "resty.core.base"
local check = require "resty.core.check"
local headers = require "resty.core.headers"

local C = ffi.C
local byte = string.byte
local check_boolean = check.boolean
local check_string = check.string
local clear_tab = base.clear_tab
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local format = string.format
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local gsub = string.gsub
local new_tab = base.new_tab
local req = ngx.req
local select = select
local tonumber = tonumber
local tostring = tostring
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_BAD_CONTEXT = base.FFI_BAD_CONTEXT
local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

local BAD_CONTEXT = "API disabled in the current context"
local DEFAULT_LIMIT = headers.DEFAULT_LIMIT
-- The set of bytes that ngx.req.set_uri_args escapes: controls, blank, DEL.
local QUERY_STRING = 7

local METHODS = {
    [0x2] = "GET",
    [0x4] = "HEAD",
    [0x8] = "POST",
    [0x10] = "PUT",
    [0x20] = "DELETE",
    [0x40] = "MKCOL",
    [0x80] = "COPY",
    [0x100] = "MOVE",
    [0x200] = "OPTIONS",
    [0x400] = "PROPFIND",
    [0x800] = "PROPPATCH",
    [0x1000] = "LOCK",
    [0x2000] = "UNLOCK",
    [0x4000] = "PATCH",
    [0x8000] = "TRACE",
}

ffi.cdef [[
    int ngx_http_lua_ffi_req_get_headers_count(ngx_http_request_t *r, int max, int *truncated);
    int ngx_http_lua_ffi_req_get_headers(ngx_http_request_t *r, ngx_lua_ffi_table_elt_t *out,
                                         int count, int raw);
    int ngx_http_lua_ffi_req_set_header(ngx_http_request_t *r, const unsigned char *key,
        size_t key_len, const unsigned char *value, size_t value_len, ngx_lua_ffi_str_t *values,
        size_t values_len, int override, char **err);

    int ngx_http_lua_ffi_req_get_uri_args_count(ngx_http_request_t *r, int max, int *truncated);
    size_t ngx_http_lua_ffi_req_get_querystring_len(ngx_http_request_t *r);
    int ngx_http_lua_ffi_req_get_uri_args(ngx_http_request_t *r, unsigned char *buf,
                                          ngx_lua_ffi_table_elt_t *out, int count);
    int ngx_http_lua_ffi_req_set_uri_args(ngx_http_request_t *r, const unsigned char *args,
                                          size_t len, char **err);
    int ngx_http_lua_ffi_req_set_uri(ngx_http_request_t *r, const unsigned char *uri, size_t len,
                                     int jump, char **err);
    long ngx_lua_ffi_find_unsafe_uri_byte(const unsigned char *src, size_t len);

    int ngx_http_lua_ffi_req_get_method(ngx_http_request_t *r);
    int ngx_http_lua_ffi_req_get_method_name(ngx_http_request_t *r, unsigned char **name,
                                             size_t *len);
    int ngx_http_lua_ffi_req_set_method(ngx_http_request_t *r, int method);
    int ngx_http_lua_ffi_req_http_version(ngx_http_request_t *r);
    int ngx_http_lua_ffi_req_raw_header(ngx_http_request_t *r, int no_request_line,
                                        unsigned char **data, size_t *len, char **err);
]]

local M = { version = base.version }

local truncated = ffi_new("int[1]")
local data_ptr = ffi_new("unsigned char *[1]")


local function request()
    return get_request() or error("no request found")
end


function req.get_headers(max, raw)
    local r = request()
    local count = C.ngx_http_lua_ffi_req_get_headers_count(r, max or DEFAULT_LIMIT, truncated)

    if count == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    local elts = headers.get_elts(count)

    if count > 0
        and C.ngx_http_lua_ffi_req_get_headers(r, elts, count, raw and 1 or 0) ~= FFI_OK
    then
        return nil
    end

    return headers.to_table(elts, count, raw, truncated[0] ~= 0)
end


-- Errors blame the caller of the API function that called this one.
local function set_req_header(name, value, override)
    local r = get_request()

    if not r then
        error("no request found", 3)
    end

    if name == nil then
        error("bad 'name' argument: string expected, got nil", 3)
    end

    if type(name) ~= "string" then
        name = tostring(name)
    end

    local sval, sval_len, mvals, mvals_len = nil, 0, nil, 0

    if value == nil then
        if not override then
            error("bad 'value' argument: string or table expected, got nil", 3)
        end

    elseif type(value) == "table" then
        mvals_len = #value

        if mvals_len > 0 then
            mvals = headers.strings(value, mvals_len)

        elseif not override then
            error("bad 'value' argument: non-empty table expected", 3)
        end

    else
        sval = type(value) == "string" and value or tostring(value)
        sval_len = #sval
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_set_header(r, name, #name, sval, sval_len, mvals,
                                                 mvals_len, override and 1 or 0, err)

    if rc == FFI_OK or rc == FFI_DECLINED then
        return
    end

    if rc == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 3)
    end

    error(ffi_string(err[0]))
end


M.set_req_header = set_req_header


function req.set_header(name, value)
    set_req_header(name, value, true)
end


function req.clear_header(name)
    local r = request()

    if type(name) ~= "string" then
        name = tostring(name)
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_set_header(r, name, #name, nil, 0, nil, 0, 1, err)

    if rc == FFI_OK or rc == FFI_DECLINED then
        return
    end

    if rc == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    error(ffi_string(err[0]), 2)
end


function req.get_uri_args(max, tab)
    local r = request()
    local count = C.ngx_http_lua_ffi_req_get_uri_args_count(r, max or DEFAULT_LIMIT, truncated)

    if count == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    if tab then
        clear_tab(tab)
    end

    if count == 0 then
        return tab or {}
    end

    local buf = get_string_buf(tonumber(C.ngx_http_lua_ffi_req_get_querystring_len(r)))
    local elts = args.get_elts(count)
    local stored = C.ngx_http_lua_ffi_req_get_uri_args(r, buf, elts, count)
    tab = args.add_elts(tab or new_tab(0, stored), elts, stored)

    if truncated[0] ~= 0 then
        return tab, "truncated"
    end

    return tab
end


function req.get_method()
    local r = request()
    local id = C.ngx_http_lua_ffi_req_get_method(r)

    if id == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    local method = METHODS[id]

    if method then
        return method
    end

    local len = get_size_ptr()

    if C.ngx_http_lua_ffi_req_get_method_name(r, data_ptr, len) ~= FFI_OK then
        return nil
    end

    local result = ffi_string(data_ptr[0], len[0])
    return result
end


function req.set_method(id)
    local r = request()

    if type(id) ~= "number" then
        error("bad method number", 2)
    end

    local rc = C.ngx_http_lua_ffi_req_set_method(r, id)

    if rc == FFI_OK then
        return
    end

    if rc == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    if rc == FFI_DECLINED then
        error("unsupported HTTP method: " .. id, 2)
    end

    error("unknown error: " .. rc)
end


function req.http_version()
    local version = C.ngx_http_lua_ffi_req_http_version(request())

    if version == FFI_BAD_CONTEXT then
        error(BAD_CONTEXT, 2)
    end

    if version == 0 then
        return nil
    end

    return version / 10
end


function req.raw_header(no_request_line)
    local err = get_errmsg_ptr()
    local len = get_size_ptr()
    local rc = C.ngx_http_lua_ffi_req_raw_header(request(), no_request_line and 1 or 0, data_ptr,
                                                 len, err)

    if rc ~= FFI_OK then
        error(ffi_string(err[0]), 2)
    end

    local result = ffi_string(data_ptr[0], len[0])
    return result
end


-- Bytes that would spoil a log line or a message, as \xHH.
local function printable(s)
    return (gsub(s, '[%z\1-\31"\\\127-\255]', function (c)
        return format("\\x%02X", byte(c))
    end))
end


-- nil, or why `uri` must not go into a request line or header. Shared with ngx.redirect.
function M.unsafe_uri(uri, what)
    local offset = tonumber(C.ngx_lua_ffi_find_unsafe_uri_byte(uri, #uri))

    if offset < 0 then
        return nil
    end

    return format('unsafe byte "0x%02x" in %s "%s"', byte(uri, offset + 1), what, printable(uri))
end


-- With `jump` the request starts over at the search for a location.
local function set_uri(uri, jump, binary)
    uri = check_string(uri, 1)

    if uri == "" then
        error("attempt to use zero-length uri", 2)
    end

    check_boolean(jump, 2)
    check_boolean(binary, 3)

    local reason = not binary and M.unsafe_uri(uri, "uri")

    if reason then
        error(reason .. " (maybe you want to set the 'binary' argument?)", 2)
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_set_uri(request(), uri, #uri, jump and 1 or 0, err)

    if rc == FFI_AGAIN then
        return yield()
    end

    if rc ~= FFI_OK then
        error(ffi_string(err[0]), 2)
    end
end


function req.set_uri(...)
    local n = select("#", ...)

    if n == 1 then
        return set_uri((...), false, false)
    end

    if n == 2 then
        local uri, jump = ...
        return set_uri(uri, jump, false)
    end

    if n == 3 then
        return set_uri(...)
    end

    error("expecting 1, 2 or 3 arguments but seen " .. n, 2)
end


local function escape_query(s)
    local len = #s
    local size = tonumber(C.ngx_lua_ffi_uri_escaped_length(s, len, QUERY_STRING))

    if size == len then
        return s
    end

    local dst = get_string_buf(size)
    C.ngx_lua_ffi_escape_uri(s, len, dst, QUERY_STRING)
    local result = ffi_string(dst, size)
    return result
end


local function set_uri_args(value)
    if type(value) == "table" then
        value = args.encode(value)

    elseif type(value) == "string" or type(value) == "number" then
        value = escape_query(tostring(value))

    else
        check.bad_argument(1, "string, number, or table expected, but got " .. type(value))
    end

    local err = get_errmsg_ptr()

    if C.ngx_http_lua_ffi_req_set_uri_args(request(), value, #value, err) ~= FFI_OK then
        error(ffi_string(err[0]), 2)
    end
end


function req.set_uri_args(...)
    local n = select("#", ...)

    if n ~= 1 then
        error("expecting 1 argument but seen " .. n, 2)
    end

    return set_uri_args((...))
end


return M
