-- ngx.exit.
local ffi = require "ffi"
local base = require "resty.core.base"
local native = require "resty.core.native"

local error = error
local ffi_string = ffi.string
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local yield = coroutine._yield

local FFI_DONE = base.FFI_DONE
local FFI_OK = base.FFI_OK

native.declare [[
    int @exit(@request *r, int status, unsigned char *err, size_t *errlen);
]]

local exit = native.bind("exit")

local ERR_SIZE = 128


-- Where the handler cannot be left at once (filters, balancer) nginx acts on the status later.
function ngx.exit(status)
    local r = get_request()

    if not r then
        error("no request found")
    end

    local err = get_string_buf(ERR_SIZE)
    local errlen = get_size_ptr()
    errlen[0] = ERR_SIZE
    local rc = exit(r, status, err, errlen)

    if rc == FFI_OK then
        return yield()
    end

    if rc == FFI_DONE then
        return
    end

    error(ffi_string(err, errlen[0]), 2)
end


return { version = base.version }
