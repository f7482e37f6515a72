-- What all modules of resty.core share: scratch memory, result codes, the running request, and a
-- `require` that the JIT compiler can follow. Code in the wild counts on these very 20 fields.
local ffi = require "ffi"
local exdata = require "thread.exdata"
local new_tab = require "table.new"
local clear_tab = require "table.clear"

local ceil = math.ceil
local error = error
local ffi_new = ffi.new
local loaded = package.loaded
local native_require = require
local pcall = pcall
local select = select

local DEFAULT_BUF_SIZE = 4096
-- Slot of a table of references that holds the first free slot.
local FREE_LIST = 0
-- What Lua leaves in package.loaded while a module is being loaded; here, this one.
local LOADING = loaded["resty.core.base"]

local M = {
    version = "0.1.33",
    new_tab = new_tab,
    clear_tab = clear_tab,

    FFI_OK = 0,
    FFI_ERROR = -1,
    FFI_AGAIN = -2,
    FFI_BUSY = -3,
    FFI_DONE = -4,
    FFI_DECLINED = -5,
    FFI_ABORT = -6,
    FFI_NO_REQ_CTX = -100,
    FFI_BAD_CONTEXT = -101,
}

if not ngx then
    error("no existing ngx. table found")
end

local subsystem = ngx.config.subsystem


-- Other libraries declare these types too, maybe before us.
local function declare_type(name, declaration)
    if not pcall(ffi.typeof, name) then
        ffi.cdef(declaration)
    end
end


declare_type("ngx_str_t", [[
    typedef struct {
        size_t               len;
        const unsigned char *data;
    } ngx_str_t;
]])

declare_type("ngx_lua_ffi_str_t", [[
    typedef struct {
        int                  len;
        const unsigned char *data;
    } ngx_lua_ffi_str_t;
]])

if subsystem == "http" then
    declare_type("ngx_http_request_t",
                 "typedef struct ngx_http_request_s ngx_http_request_t;")
    declare_type("ngx_http_lua_ffi_str_t",
                 "typedef ngx_lua_ffi_str_t ngx_http_lua_ffi_str_t;")

elseif subsystem == "stream" then
    declare_type("ngx_stream_lua_request_t",
                 "typedef struct ngx_stream_lua_request_s ngx_stream_lua_request_t;")
    declare_type("ngx_stream_lua_ffi_str_t",
                 "typedef ngx_lua_ffi_str_t ngx_stream_lua_ffi_str_t;")

else
    error("unknown subsystem: " .. subsystem)
end


-- A loaded module costs one table look-up, where the native function would break a trace.
function _G.require(name)
    local module = loaded[name]

    if not module then
        return native_require(name)
    end

    if module == LOADING then
        error("loop or previous error loading module '" .. name .. "'")
    end

    return module
end


function M.allows_subsystem(...)
    for i = 1, select("#", ...) do
        if select(i, ...) == subsystem then
            return
        end
    end

    error("unsupported subsystem: " .. subsystem, 2)
end


-- The pointer to the request (or to what stands for it) that the calling coroutine serves, or nil.
function M.get_request()
    local r = exdata()

    if r == nil then
        return nil
    end

    return r
end


local errmsg_ptr = ffi_new("char *[1]")
local size_ptr = ffi_new("size_t[1]")


function M.get_errmsg_ptr()
    return errmsg_ptr
end


function M.get_size_ptr()
    return size_ptr
end


local string_buf_size = DEFAULT_BUF_SIZE
local string_buf


-- The buffer is shared: its content lasts until the next call of anything that uses it.
function M.get_string_buf(size, must_alloc)
    if size > string_buf_size or must_alloc then
        return ffi_new("char[?]", size)
    end

    if not string_buf then
        string_buf = ffi_new("char[?]", string_buf_size)
    end

    return string_buf
end


function M.get_string_buf_size()
    return string_buf_size
end


function M.set_string_buf_size(size)
    if size <= 0 then
        return
    end

    string_buf = nil
    string_buf_size = ceil(size)
end


-- Stores `key` in the array `tb` and returns its index. Freed slots form a list: the first one's
-- index lies in slot 0, each holds the next one's.
function M.ref_in_table(tb, key)
    if key == nil then
        return -1
    end

    local ref = tb[FREE_LIST]

    if ref and ref ~= 0 then
        tb[FREE_LIST] = tb[ref]
    else
        ref = #tb + 1
    end

    tb[ref] = key
    return ref
end


return M
