-- Binds C functions that take a request. Their names, and the request's type, contain the
-- subsystem's name: `@request` and `@NAME` stand for them in declarations, so that one Lua half
-- serves http and stream.
--
--     native.declare [[ int @is_subrequest(@request *r); ]]
--     local is_subrequest = native.bind("is_subrequest")
--
-- A function that is bound to a local compiles like one reached through ffi.C.
local ffi = require "ffi"
-- Declares the request types.
require "resty.core.base"

local C = ffi.C
local gsub = string.gsub

local SUBSYSTEM = ngx.config.subsystem
local PREFIX = "ngx_" .. SUBSYSTEM .. "_lua_ffi_"

local NAMES = {
    request = SUBSYSTEM == "http" and "ngx_http_request_t" or "ngx_stream_lua_request_t",
}

local M = {}


local function full_name(name)
    return NAMES[name] or PREFIX .. name
end


function M.declare(declarations)
    ffi.cdef((gsub(declarations, "@([%w_]+)", full_name)))
end


function M.bind(name)
    return C[PREFIX .. name]
end


return M
