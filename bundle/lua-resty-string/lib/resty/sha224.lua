-- resty.sha224: SHA-224 of data that comes in pieces.
local C = require "resty.string.crypto"

return require "resty.string.digest" (C.EVP_sha224(), 28)
