-- Completes the `ngx` API: loads every part of it that is written in Lua. The engine does this in
-- each VM before user code runs.
local base = require "resty.core.base"

local HTTP_VERSION = 10029
local STREAM_VERSION = 17

local subsystem = ngx.config.subsystem
local version = ngx.config.ngx_lua_version

if subsystem == "http" then
    if version ~= HTTP_VERSION then
        error("ngx_http_lua_module 0.10.29 required but got " .. tostring(version))
    end

elseif subsystem == "stream" then
    if version ~= STREAM_VERSION then
        error("ngx_stream_lua_module 0.0.17 required but got " .. tostring(version))
    end

else
    error("ngx_http_lua_module 0.10.29 or ngx_stream_lua_module 0.0.17 required")
end


require "resty.core.var"
require "resty.core.worker"
require "resty.core.regex"
require "resty.core.shdict"
require "resty.core.time"
require "resty.core.hash"
require "resty.core.uri"
require "resty.core.args"
require "resty.core.exit"
require "resty.core.base64"
require "resty.core.output"
require "resty.core.sleep"
require "resty.core.phase"

if subsystem == "http" then
    require "resty.core.request"
    require "resty.core.request_body"
    require "resty.core.response"
    require "resty.core.http_time"
    require "resty.core.control"
    require "resty.core.ndk"
    require "resty.core.coroutine"
    require "resty.core.param"
end

require "resty.core.socket"
require "resty.core.misc"
require "resty.core.ctx"


return { version = base.version }
