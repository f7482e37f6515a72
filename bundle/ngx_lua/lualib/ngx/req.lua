-- Additions to ngx.req.
local base = require "resty.core.base"

base.allows_subsystem("http")

local set_req_header = require("resty.core.request").set_req_header

local M = { version = base.version }


-- Adds a request header beside those of the same name, or replaces one that can occur just once.
function M.add_header(name, value)
    set_req_header(name, value, false)
end


return M
