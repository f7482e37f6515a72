-- resty.string: hexadecimal text of bytes, and numbers from decimal text.
local ffi = require "ffi"
local base = require "resty.core.base"

local C = ffi.C
local ffi_string = ffi.string
local get_string_buf = base.get_string_buf
local tonumber = tonumber

ffi.cdef [[
    unsigned char *ngx_hex_dump(unsigned char *dst, const unsigned char *src, size_t len);
    intptr_t ngx_atoi(const unsigned char *line, size_t n);
]]

local M = { _VERSION = "0.17" }


function M.to_hex(s)
    local len = #s * 2
    local buf = get_string_buf(len)

    C.ngx_hex_dump(buf, s, #s)
    local text = ffi_string(buf, len)
    return text
end


-- Decimal digits only; -1 for anything else.
function M.atoi(s)
    local value = tonumber(C.ngx_atoi(s, #s))
    return value
end


return M
