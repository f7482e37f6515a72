-- Masking (RFC 6455, 5.3): four bytes, over and over, XOR the payload. Masking twice gives it back.
local bit = require "bit"
local ffi = require "ffi"

local bxor = bit.bxor
local ffi_cast = ffi.cast
local ffi_copy = ffi.copy
local ffi_new = ffi.new
local ffi_string = ffi.string

local words_type = ffi.typeof("uint32_t *")
local WORD_SIZE = 4
-- Longer payloads get memory of their own, which does not stay.
local SCRATCH_SIZE = 65536

-- Nothing yields while it holds a payload.
local scratch = ffi_new("uint8_t[?]", SCRATCH_SIZE)


-- key: four bytes.
return function(key, payload)
    local length = #payload
    local words = (length + WORD_SIZE - 1) / WORD_SIZE
    words = words - words % 1

    local buf = scratch
    if length > SCRATCH_SIZE then
        buf = ffi_new("uint8_t[?]", words * WORD_SIZE)
    end

    ffi_copy(buf, key, WORD_SIZE)
    local view = ffi_cast(words_type, buf)
    local mask = view[0]

    ffi_copy(buf, payload, length)
    for i = 0, words - 1 do
        view[i] = bxor(view[i], mask)
    end

    local result = ffi_string(buf, length)
    return result
end
