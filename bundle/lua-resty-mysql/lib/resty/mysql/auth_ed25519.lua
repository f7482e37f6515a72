-- The signature of MariaDB's client_ed25519: Ed25519 (RFC 8032), but the hash of the password is
-- the key where Ed25519 hashes a seed of 32 bytes.
local bit = require "bit"
local curve = require "resty.mysql.curve25519"
local sha512 = require "resty.sha512"

local band = bit.band
local bor = bit.bor
local byte = string.byte
local char = string.char
local sub = string.sub
local type = type

local SCRAMBLE_SIZE = 32

local M = { _VERSION = "0.02" }


local function hash(text)
    local digest = sha512:new()
    digest:update(text)
    return digest:final()
end


-- The first half of the hash as the secret scalar.
local function clamp(half)
    return char(band(byte(half, 1), 0xf8)) .. sub(half, 2, 31)
           .. char(bor(band(byte(half, 32), 0x7f), 0x40))
end


-- Returns 64 bytes, or nil and an error.
function M.sign(password, scramble)
    if type(password) ~= "string" then
        return nil, "password must be a string"
    end

    if type(scramble) ~= "string" or #scramble ~= SCRAMBLE_SIZE then
        return nil, "scramble must be a 32-byte string"
    end

    local expanded = hash(password)
    local secret = curve.scalar(clamp(sub(expanded, 1, 32)))
    local public = curve.multiply_base(secret)

    local nonce = curve.scalar(hash(sub(expanded, 33) .. scramble))
    local commitment = curve.multiply_base(nonce)
    local challenge = curve.scalar(hash(commitment .. public .. scramble))

    return commitment .. curve.scalar_bytes(curve.multiply_add(nonce, challenge, secret))
end


return M
