-- Counting semaphores between the light threads of one worker, whatever they serve.
local ffi = require "ffi"
local base = require "resty.core.base"

base.allows_subsystem("http", "stream")

local C = ffi.C
local error = error
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string
local get_errmsg_ptr = base.get_errmsg_ptr
local get_request = base.get_request
local get_size_ptr = base.get_size_ptr
local get_string_buf = base.get_string_buf
local setmetatable = setmetatable
local tonumber = tonumber
local type = type
local yield = coroutine._yield

local FFI_DECLINED = base.FFI_DECLINED
local FFI_ERROR = base.FFI_ERROR
local FFI_OK = base.FFI_OK

local ERR_BUF_SIZE = 128

ffi.cdef [[
    typedef struct ngx_lua_sema_s ngx_lua_sema_t;

    int ngx_lua_ffi_sema_new(ngx_lua_sema_t **sema, int n, char **err);
    int ngx_lua_ffi_sema_post(ngx_lua_sema_t *sema, int n);
    int ngx_lua_ffi_sema_count(ngx_lua_sema_t *sema);
    int ngx_lua_ffi_sema_wait(void *r, ngx_lua_sema_t *sema, int msec, unsigned char *err,
                              size_t *errlen);
    void ngx_lua_ffi_sema_gc(ngx_lua_sema_t *sema);
]]

local sema_ptr = ffi_new("ngx_lua_sema_t *[1]")

local M = { version = base.version }
local mt = { __index = M }


function M.new(n)
    n = tonumber(n) or 0

    if n < 0 then
        error("no negative number", 2)
    end

    local err = get_errmsg_ptr()

    if C.ngx_lua_ffi_sema_new(sema_ptr, n, err) == FFI_ERROR then
        return nil, ffi_string(err[0])
    end

    return setmetatable({ sem = ffi_gc(sema_ptr[0], C.ngx_lua_ffi_sema_gc) }, mt)
end


local function is_semaphore(self)
    return type(self) == "table" and type(self.sem) == "cdata"
end


function M:wait(seconds)
    if not is_semaphore(self) then
        error("not a semaphore instance", 2)
    end

    local r = get_request()

    if not r then
        error("no request found", 2)
    end

    local msec = tonumber(seconds) * 1000

    if msec < 0 then
        error("no negative number", 2)
    end

    local err = get_string_buf(ERR_BUF_SIZE)
    local errlen = get_size_ptr()
    errlen[0] = ERR_BUF_SIZE

    local rc = C.ngx_lua_ffi_sema_wait(r, self.sem, msec, err, errlen)

    if rc == FFI_OK then
        return true
    end

    if rc == FFI_DECLINED then
        return nil, "timeout"
    end

    if rc == FFI_ERROR then
        return nil, ffi_string(err, errlen[0])
    end

    return yield()
end


function M:post(n)
    if not is_semaphore(self) then
        error("not a semaphore instance", 2)
    end

    n = tonumber(n) or 1

    if n < 1 then
        error("positive number required", 2)
    end

    C.ngx_lua_ffi_sema_post(self.sem, n)
    return true
end


function M:count()
    if not is_semaphore(self) then
        error("not a semaphore instance", 2)
    end

    return C.ngx_lua_ffi_sema_count(self.sem)
end


return M
