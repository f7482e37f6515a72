-- resty.sha512: SHA-512 of data that comes in pieces.
local C = require "resty.string.crypto"

return require "resty.string.digest" (C.EVP_sha512(), 64)
