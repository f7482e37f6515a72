-- ngx.req: reading, replacing and building the request body, form arguments in it.
local ffi = require "ffi"
local args = require "resty.core.args"
local base = require "resty.core.base"
local check = require "resty.core.check"

local C = ffi.C
local check_boolean = check.boolean
local check_number = check.number
local check_string = check.string
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local req = ngx.req
local select = select
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN
local FFI_DECLINED = base.FFI_DECLINED
local FFI_OK = base.FFI_OK

local DEFAULT_MAX_ARGS = 100
-- An error names the file.
local ERR_SIZE = 1024

ffi.cdef [[
    int ngx_http_lua_ffi_req_read_body(ngx_http_request_t *r, char **err);
    int ngx_http_lua_ffi_req_discard_body(ngx_http_request_t *r, char **err);
    int ngx_http_lua_ffi_req_get_body_data(ngx_http_request_t *r, size_t max,
                                           unsigned char **data, size_t *len, char **err);
    int ngx_http_lua_ffi_req_get_body_file(ngx_http_request_t *r, unsigned char **name,
                                           size_t *len, char **err);
    int ngx_http_lua_ffi_req_set_body_data(ngx_http_request_t *r, const unsigned char *data,
                                           size_t len, char **err);
    int ngx_http_lua_ffi_req_set_body_file(ngx_http_request_t *r, const unsigned char *name,
        size_t len, int auto_clean, unsigned char *err, size_t *errlen);
    int ngx_http_lua_ffi_req_init_body(ngx_http_request_t *r, size_t size, int has_size,
                                       char **err);
    int ngx_http_lua_ffi_req_append_body(ngx_http_request_t *r, const unsigned char *data,
                                         size_t len, char **err);
    int ngx_http_lua_ffi_req_finish_body(ngx_http_request_t *r, char **err);
    int ngx_http_lua_ffi_req_get_post_data(ngx_http_request_t *r, unsigned char **data,
                                           size_t *len, char **err);
]]

local data_ptr = ffi_new("unsigned char *[1]")


local function request()
    return get_request() or error("request object not found")
end


local function check_count(n, min, max, text)
    if n < min or n > max then
        error("expecting " .. text .. " but seen " .. n, 3)
    end
end


-- Raises the text of a C function that failed, at the caller of the API function.
local function check_rc(rc, err)
    if rc ~= FFI_OK then
        error(ffi_string(err[0]), 3)
    end
end


local function read_body()
    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_read_body(request(), err)

    if rc == FFI_AGAIN then
        yield()
        return
    end

    check_rc(rc, err)
end


function req.read_body(...)
    check_count(select("#", ...), 0, 0, "0 arguments")
    return read_body()
end


function req.discard_body(...)
    check_count(select("#", ...), 0, 0, "0 arguments")

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_discard_body(request(), err)
    check_rc(rc, err)
end


local function get_body_data(max)
    max = check_number(max, 1)

    if max < 0 then
        max = 0
    end

    local err = get_errmsg_ptr()
    local len = get_size_ptr()
    local rc = C.ngx_http_lua_ffi_req_get_body_data(request(), max, data_ptr, len, err)

    if rc == FFI_DECLINED then
        return nil
    end

    check_rc(rc, err)
    local result = ffi_string(data_ptr[0], len[0])
    return result
end


function req.get_body_data(...)
    local n = select("#", ...)
    check_count(n, 0, 1, "0 or 1 arguments")

    if n == 0 then
        return get_body_data(0)
    end

    return get_body_data((...))
end


local function get_body_file()
    local err = get_errmsg_ptr()
    local len = get_size_ptr()
    local rc = C.ngx_http_lua_ffi_req_get_body_file(request(), data_ptr, len, err)

    if rc == FFI_DECLINED then
        return nil
    end

    check_rc(rc, err)
    local result = ffi_string(data_ptr[0], len[0])
    return result
end


function req.get_body_file(...)
    check_count(select("#", ...), 0, 0, "0 arguments")
    return get_body_file()
end


local function set_body_data(data)
    data = check_string(data, 1)

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_set_body_data(request(), data, #data, err)
    check_rc(rc, err)
end


function req.set_body_data(...)
    check_count(select("#", ...), 1, 1, "1 arguments")
    return set_body_data((...))
end


function req.set_body_file(...)
    local n = select("#", ...)
    check_count(n, 1, 2, "1 or 2 arguments")

    local name, auto_clean = ...
    name = check_string(name, 1)

    if n == 2 then
        check_boolean(auto_clean, 2)
    end

    local err = get_string_buf(ERR_SIZE)
    local errlen = get_size_ptr()
    errlen[0] = ERR_SIZE
    local rc = C.ngx_http_lua_ffi_req_set_body_file(request(), name, #name, auto_clean and 1 or 0,
                                                    err, errlen)

    if rc ~= FFI_OK then
        error(ffi_string(err, errlen[0]), 2)
    end
end


function req.init_body(...)
    local n = select("#", ...)
    check_count(n, 0, 1, "0 or 1 argument")

    local size = 0

    if n == 1 then
        size = check_number((...), 1)

        if size < 0 then
            error("bad size argument: " .. size, 2)
        end
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_init_body(request(), size, n, err)
    check_rc(rc, err)
end


function req.append_body(...)
    check_count(select("#", ...), 1, 1, "1 arguments")

    local data = ...
    data = check_string(data, 1)

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_append_body(request(), data, #data, err)
    check_rc(rc, err)
end


function req.finish_body(...)
    check_count(select("#", ...), 0, 0, "0 argument")

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_req_finish_body(request(), err)
    check_rc(rc, err)
end


local function get_post_args(max)
    max = check_number(max, 1)

    if max < 0 then
        max = 0
    end

    local err = get_errmsg_ptr()
    local len = get_size_ptr()
    local rc = C.ngx_http_lua_ffi_req_get_post_data(request(), data_ptr, len, err)

    if rc == FFI_DECLINED then
        return nil, ffi_string(err[0])
    end

    check_rc(rc, err)
    return args.decode(data_ptr[0], tonumber(len[0]), max)
end


function req.get_post_args(...)
    local n = select("#", ...)
    check_count(n, 0, 1, "0 or 1 arguments")

    if n == 0 then
        return get_post_args(DEFAULT_MAX_ARGS)
    end

    return get_post_args((...))
end


return { version = base.version }
