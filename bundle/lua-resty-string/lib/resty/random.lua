-- resty.random: random bytes from OpenSSL.
local C = require "resty.string.crypto"
local base = require "resty.core.base"
local ffi = require "ffi"

local ffi_string = ffi.string
local get_string_buf = base.get_string_buf
local random = math.random

local M = { _VERSION = "0.17" }


-- strong: true by default, and nil is returned when OpenSSL has no good random bytes. With false
-- there is always a result, if need be from a generator that can be guessed.
function M.bytes(len, strong)
    local buf = get_string_buf(len)

    if C.RAND_bytes(buf, len) ~= 1 then
        if strong ~= false then
            return nil
        end

        for i = 0, len - 1 do
            buf[i] = random(0, 255)
        end
    end

    local bytes = ffi_string(buf, len)
    return bytes
end


return M
