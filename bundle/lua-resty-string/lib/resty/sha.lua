-- resty.sha: loads what the resty.sha* modules have in common, for code that requires it first.
require "resty.string.crypto"

return { _VERSION = "0.17" }
