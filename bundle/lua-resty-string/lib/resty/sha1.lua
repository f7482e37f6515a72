-- resty.sha1: SHA-1 of data that comes in pieces.
local C = require "resty.string.crypto"

return require "resty.string.digest" (C.EVP_sha1(), 20)
