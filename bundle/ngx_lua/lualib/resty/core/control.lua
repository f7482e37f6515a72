-- ngx.redirect and exec: what leaves the handler.
local ffi = require "ffi"
local args = require "resty.core.args"
local base = require "resty.core.base"
local check = require "resty.core.check"
local unsafe_uri = require("resty.core.request").unsafe_uri

local C = ffi.C
local check_number = check.number
local check_string = check.string
local error = error
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local select = select
local tostring = tostring
local type = type
local yield = coroutine._yield

local FFI_AGAIN = base.FFI_AGAIN

local REDIRECT_STATUS = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

ffi.cdef [[
    int ngx_http_lua_ffi_redirect(ngx_http_request_t *r, const unsigned char *uri, size_t uri_len,
                                  int status, char **err);
    int ngx_http_lua_ffi_exec(ngx_http_request_t *r, const unsigned char *uri, size_t uri_len,
                              const unsigned char *args, size_t args_len, char **err);
]]


-- Ends an API function, as a tail call: level 2 is the user's code.
local function leave(rc, err)
    if rc == FFI_AGAIN then
        return yield()
    end

    error(ffi_string(err[0]), 2)
end


function ngx.redirect(...)
    local n = select("#", ...)

    if n ~= 1 and n ~= 2 then
        error("expecting one or two arguments", 2)
    end

    local uri, status = ...
    uri = check_string(uri, 1)
    status = n == 2 and check_number(status, 2) or 302

    if not REDIRECT_STATUS[status] then
        error("only ngx.HTTP_MOVED_TEMPORARILY, ngx.HTTP_MOVED_PERMANENTLY, "
              .. "ngx.HTTP_PERMANENT_REDIRECT, ngx.HTTP_SEE_OTHER, and "
              .. "ngx.HTTP_TEMPORARY_REDIRECT are allowed", 2)
    end

    local reason = unsafe_uri(uri, "redirect uri")

    if reason then
        error(reason, 2)
    end

    local r = get_request()

    if not r then
        error("no request object found", 2)
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_redirect(r, uri, #uri, status, err)
    return leave(rc, err)
end


function ngx.exec(...)
    local n = select("#", ...)

    if n ~= 1 and n ~= 2 then
        error("expecting one or two arguments, but got " .. n, 2)
    end

    local uri, value = ...
    uri = check_string(uri, 1)

    if uri == "" then
        error("The uri argument is empty", 2)
    end

    if type(value) == "table" then
        value = args.encode(value)

    elseif type(value) == "number" then
        value = tostring(value)

    elseif value ~= nil and type(value) ~= "string" then
        check.bad_argument(2, "string, number, or table expected, but got " .. type(value))
    end

    local r = get_request()

    if not r then
        error("no request object found", 2)
    end

    local err = get_errmsg_ptr()
    local rc = C.ngx_http_lua_ffi_exec(r, uri, #uri, value, value and #value or 0, err)
    return leave(rc, err)
end


return { version = base.version }
