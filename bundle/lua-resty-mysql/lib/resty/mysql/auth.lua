-- Authentication plugins: what the client answers to the server's scramble.
--
-- A login is a table: password, scramble (all that the server sent), secure (TLS or a unix socket,
-- where passwords may travel in clear), channel, and public_key once the server has sent it.
local bit = require "bit"
local ffi = require "ffi"
local sha256 = require "resty.sha256"

local band = bit.band
local bxor = bit.bxor
local byte = string.byte
local char = string.char
local concat = table.concat
local error = error
local ffi_new = ffi.new
local ffi_string = ffi.string
local floor = math.floor
local lshift = bit.lshift
local pcall = pcall
local require = require
local sha1 = ngx.sha1_bin
local sub = string.sub

local SCRAMBLE_SIZE = 20
local OLD_SCRAMBLE_SIZE = 8
local ED25519_SCRAMBLE_SIZE = 32

-- What caching_sha2_password's server says about the answer.
local FAST_AUTH_OK = 0x03
local FULL_AUTH_NEEDED = 0x04

-- How the public key is asked for.
local CACHING_SHA2_KEY_REQUEST = "\2"
local SHA256_KEY_REQUEST = "\1"

local M = {}


-- text XOR mask, which is repeated as often as needed.
local function xor(text, mask)
    local buf = ffi_new("uint8_t[?]", #text)
    local mask_size = #mask

    for i = 1, #text do
        buf[i - 1] = bxor(byte(text, i), byte(mask, (i - 1) % mask_size + 1))
    end

    return ffi_string(buf, #text)
end


local function sha256_bin(text)
    local digest = sha256:new()
    if not digest or not digest:update(text) then
        return nil
    end

    return digest:final()
end


local function native(login)
    local password = login.password
    if password == "" then
        return ""
    end

    local stage1 = sha1(password)
    local scramble = sub(login.scramble, 1, SCRAMBLE_SIZE)
    return xor(sha1(scramble .. sha1(stage1)), stage1)
end


-- The two numbers that a password had become before MySQL 4.1.
local function old_hash(text)
    local nr, nr2, add = 1345345333, 0x12345671, 7

    for i = 1, #text do
        local c = byte(text, i)

        if c ~= 32 and c ~= 9 then
            nr = bxor(nr, (band(nr, 63) + add) * c + lshift(nr, 8))
            nr2 = band(nr2 + bxor(lshift(nr2, 8), nr), -1)
            add = add + c
        end
    end

    return band(nr, 0x7fffffff), band(nr2, 0x7fffffff)
end


-- The generator of pseudo-random numbers from 0 to 1 that goes with it.
local function old_random(seed1, seed2)
    local limit = 0x3fffffff

    seed1 = seed1 % limit
    seed2 = seed2 % limit

    return function()
        seed1 = (seed1 * 3 + seed2) % limit
        seed2 = (seed1 + seed2 + 33) % limit
        return seed1 / limit
    end
end


local function old_password(login)
    local password = login.password
    if password == "" then
        return ""
    end

    local password1, password2 = old_hash(password)
    local scramble1, scramble2 = old_hash(sub(login.scramble, 1, OLD_SCRAMBLE_SIZE))
    local random = old_random(bxor(password1, scramble1), bxor(password2, scramble2))

    local bytes = {}
    for i = 1, OLD_SCRAMBLE_SIZE do
        bytes[i] = floor(random() * 31) + 64
    end

    local mask = floor(random() * 31)
    for i = 1, OLD_SCRAMBLE_SIZE do
        bytes[i] = char(bxor(bytes[i], mask))
    end

    return concat(bytes) .. "\0"
end


local function clear_password(login)
    return login.password .. "\0"
end


local function caching_sha2(login)
    local password = login.password
    if password == "" then
        return ""
    end

    local stage1 = sha256_bin(password)
    local stage2 = stage1 and sha256_bin(stage1)
    local scramble = sub(login.scramble, 1, SCRAMBLE_SIZE)
    local mask = stage2 and sha256_bin(stage2 .. scramble)
    if not mask then
        return nil, "failed to compute sha256 token: no memory"
    end

    return xor(stage1, mask)
end


local function sha256_password(login)
    if login.secure or login.password == "" then
        return clear_password(login)
    end

    return SHA256_KEY_REQUEST
end


local function ed25519(login)
    local ok, module = pcall(require, "resty.mysql.auth_ed25519")
    if not ok then
        return nil, "auth plugin client_ed25519 is not supported because "
                    .. "resty.mysql.auth_ed25519 is not available: " .. module
    end

    local signature, err = module.sign(login.password,
                                       sub(login.scramble, 1, ED25519_SCRAMBLE_SIZE))
    if not signature then
        return nil, "failed to compute client_ed25519 signature: " .. err
    end

    return signature
end


local PLUGINS = {
    mysql_native_password = native,
    mysql_old_password = old_password,
    mysql_clear_password = clear_password,
    caching_sha2_password = caching_sha2,
    sha256_password = sha256_password,
    client_ed25519 = ed25519,
}


-- The answer to a scramble, or nil and an error.
function M.answer(login, plugin)
    local compute = PLUGINS[plugin]
    if not compute then
        return nil, "unknown plugin: " .. plugin
    end

    return compute(login)
end


local function encrypt_password(login)
    local ok, rsa = pcall(require, "resty.rsa")
    if not ok then
        error("auth plugin caching_sha2_password or sha256_password are not supported because "
              .. "resty.rsa is not installed", 0)
    end

    local key, err = rsa:new {
        public_key = login.public_key,
        key_type = rsa.KEY_TYPE.PKCS8,
        padding = rsa.PADDING.RSA_PKCS1_OAEP_PADDING,
        algorithm = "sha1",
    }
    if not key then
        return nil, "new rsa err: " .. err
    end

    local sealed
    sealed, err = key:encrypt(xor(login.password .. "\0", sub(login.scramble, 1, SCRAMBLE_SIZE)))
    if not sealed then
        return nil, "encode password packet: " .. err
    end

    return sealed
end


local function send_encrypted(login)
    local sealed, err = encrypt_password(login)
    if not sealed then
        return nil, err
    end

    local bytes
    bytes, err = login.channel:send(sealed)
    if not bytes then
        return nil, "failed to send encode password packet: " .. err
    end

    return true
end


local function full_authentication(login)
    if login.public_key and not login.secure then
        return send_encrypted(login)
    end

    local bytes, err
    if login.secure then
        bytes, err = login.channel:send(login.password .. "\0")
        if not bytes then
            return nil, "failed to send cleartext auth packet: " .. err
        end

        return true
    end

    bytes, err = login.channel:send(CACHING_SHA2_KEY_REQUEST)
    if not bytes then
        return nil, "failed to send password request packet: " .. err
    end

    return true
end


-- Goes on with what the server wants to know besides. Returns true when its next packet is due, or
-- nil and an error.
function M.continue(login, plugin, data, pos, last)
    if plugin == "caching_sha2_password" and pos + 1 == last then
        local step = byte(data, last)

        if step == FAST_AUTH_OK then
            return true
        end

        if step == FULL_AUTH_NEEDED then
            return full_authentication(login)
        end
    end

    if plugin ~= "caching_sha2_password" and plugin ~= "sha256_password" or pos == last then
        return nil, "malformed packet"
    end

    login.public_key = sub(data, pos + 1, last)
    return send_encrypted(login)
end


return M
