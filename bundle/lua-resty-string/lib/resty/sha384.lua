-- resty.sha384: SHA-384 of data that comes in pieces.
local C = require "resty.string.crypto"

return require "resty.string.digest" (C.EVP_sha384(), 48)
