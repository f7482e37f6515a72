-- resty.md5: MD5 of data that comes in pieces. Unlike those of resty.sha*, update() takes a
-- length.
local C = require "resty.string.crypto"
local new_digest = require "resty.string.digest"

local M = new_digest(C.EVP_md5(), 16)


function M.update(self, s, len)
    return C.EVP_DigestUpdate(self._ctx, s, len or #s) == 1
end


return M
