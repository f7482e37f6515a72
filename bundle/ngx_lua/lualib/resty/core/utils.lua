-- Helpers on strings that C code does faster.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local byte = string.byte
local ffi_copy = ffi.copy
local ffi_string = ffi.string
local find = string.find
local get_string_buf = base.get_string_buf

base.allows_subsystem("http")

ffi.cdef [[
    void ngx_lua_ffi_str_replace_char(unsigned char *buf, size_t len, unsigned char find,
                                      unsigned char replace);
]]

local M = { version = base.version }


-- Replaces every occurrence of one byte by another.
function M.str_replace_char(str, from, to)
    if not find(str, from, nil, true) then
        return str
    end

    local len = #str
    local buf = get_string_buf(len)
    ffi_copy(buf, str, len)
    C.ngx_lua_ffi_str_replace_char(buf, len, byte(from), byte(to))
    local result = ffi_string(buf, len)
    return result
end


return M
