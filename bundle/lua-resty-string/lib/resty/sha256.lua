-- resty.sha256: SHA-256 of data that comes in pieces.
local C = require "resty.string.crypto"

return require "resty.string.digest" (C.EVP_sha256(), 32)
