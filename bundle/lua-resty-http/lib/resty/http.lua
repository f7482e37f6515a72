-- resty.http: an HTTP client. An object is one connection of one request, from a pool where there
-- is one.
local connect = require "resty.http_connect"
local http_headers = require "resty.http_headers"
local open_tunnel = require "resty.http.tunnel"
local proxying = require "resty.http.proxying"
local requests = require "resty.http.request"
local responses = require "resty.http.response"
local uris = require "resty.http.uri"

local DEBUG = ngx.DEBUG
local ERR = ngx.ERR
local log = ngx.log
local pairs = pairs
local setmetatable = setmetatable
local tcp = ngx.socket.tcp
local type = type

local VERSION = "0.17.2"

local M = {
    _VERSION = VERSION,
    _USER_AGENT = "lua-resty-http/" .. VERSION .. " (Lua) ngx_lua/" .. ngx.config.ngx_lua_version,
    transfer_encoding_is_chunked = requests.is_chunked,
    get_client_body_reader = proxying.get_client_body_reader,
    proxy_request = proxying.proxy_request,
    proxy_response = proxying.proxy_response,
}
local mt = { __index = M }


function M.new(_)
    local sock, err = tcp()
    if not sock then
        return nil, err
    end

    return setmetatable({ sock = sock, keepalive = true }, mt)
end


-- Shall requests be logged?
function M.debug(value)
    requests.debug = value == true
end


-- A method of the socket as a method here.
local function forward(name)
    return function(self, ...)
        local sock = self.sock
        if not sock then
            return nil, "not initialized"
        end

        return sock[name](sock, ...)
    end
end


M.set_timeout = forward("settimeout")
M.set_timeouts = forward("settimeouts")
M.get_reused_times = forward("getreusedtimes")
M.close = forward("close")


local function connect_tcp(self, host, ...)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local first = ...
    self.host = host
    self.port = type(first) ~= "table" and first or nil
    self.ssl = nil
    self.keepalive = true
    self.body_state = nil

    return sock:connect(host, ...)
end


-- connect(options); the form connect(host, port, options?) is deprecated.
function M.connect(self, options, ...)
    if type(options) == "table" then
        return connect(self, options)
    end

    log(DEBUG, "Use of deprecated `connect` method signature")
    return connect_tcp(self, options, ...)
end


function M.tcp_only_connect(self, ...)
    log(DEBUG, "Use of deprecated function `tcp_only_connect`")
    return connect_tcp(self, ...)
end


function M.ssl_handshake(self, ...)
    log(DEBUG, "Use of deprecated function `ssl_handshake`")

    if not self.sock then
        return nil, "not initialized"
    end

    self.ssl = true
    return self.sock:sslhandshake(...)
end


function M.connect_proxy(self, proxy_uri, scheme, host, port, authorization)
    log(DEBUG, "Use of deprecated function `connect_proxy`")

    local parsed, err = uris.parse(proxy_uri, false)
    if not parsed then
        return nil, "uri parse error: " .. err
    end

    if parsed[1] ~= "http" then
        return nil, "protocol " .. parsed[1] .. " not supported for proxy connections"
    end

    local ok
    ok, err = connect_tcp(self, parsed[2], parsed[3])
    if not ok then
        return nil, "failed to connect to: " .. parsed[2] .. ":" .. parsed[3] .. ": " .. err
    end

    self.host = host
    self.port = port

    if scheme ~= "https" or self.sock:getreusedtimes() ~= 0 then
        return ok
    end

    return open_tunnel(self, { host = host, port = port }, { authorization = authorization })
end


function M.set_proxy_options(self, opts)
    local copy = {}

    for name, value in pairs(opts) do
        copy[name] = value
    end

    self.proxy_opts = copy
end


function M.get_proxy_uri(self, scheme, host)
    return uris.proxy_for(self.proxy_opts, scheme, host)
end


-- Gives the connection back to its pool. Returns 1; 2 and a reason if it had to be closed; or nil
-- and an error.
function M.set_keepalive(self, ...)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local state = self.body_state
    if self.keepalive and (not state or state.done) then
        return sock:setkeepalive(...)
    end

    local ok, err = sock:close()
    if not ok then
        return nil, err
    end

    return 2, "connection must be closed"
end


function M.parse_uri(_, uri, query_in_path)
    return uris.parse(uri, query_in_path)
end


-- After an error nobody knows what is left to be sent or read.
local function failed(self, ...)
    self.keepalive = false
    return nil, ...
end


function M.send_request(self, params)
    if not self.sock then
        return nil, "not initialized"
    end

    local ok, err, partial = requests.send(self, params)
    if not ok then
        return failed(self, err, partial)
    end

    return true
end


function M.read_response(self, params)
    if not self.sock then
        return nil, "not initialized"
    end

    local res, err = responses.read(self, params)
    if not res then
        return failed(self, err)
    end

    return res
end


-- Users' tables stay as they are, whatever happens to a request later.
local function copy_params(params)
    local copy = {}

    for name, value in pairs(params) do
        copy[name] = value
    end

    local headers = params.headers
    if headers then
        copy.headers = http_headers.new(headers)
    end

    return copy
end


-- Returns the response, or nil and an error.
function M.request(self, params)
    params = copy_params(params)

    local ok, err, partial = M.send_request(self, params)
    if not ok then
        return nil, err, partial
    end

    return M.read_response(self, params)
end


-- Sends all requests at once. Returns an array of responses, each read when it is looked at.
function M.request_pipeline(self, list)
    for i = 1, #list do
        if requests.expects_continue(list[i].headers and http_headers.new(list[i].headers)) then
            return nil, "Cannot pipeline request specifying Expect: 100-continue"
        end

        local ok, err = M.send_request(self, list[i])
        if not ok then
            return nil, err
        end
    end

    local list_of_responses = {}
    for i = 1, #list do
        list_of_responses[i] = responses.lazy(function()
            local res, err = M.read_response(self, list[i])
            if not res then
                log(ERR, err)
            end

            return res
        end)
    end

    return list_of_responses
end


-- The proxy options of one call: an authorization in the headers counts for all proxies.
local function proxy_options(self, params)
    local opts = self.proxy_opts or params.proxy_opts
    local authorization = params.headers and params.headers["Proxy-Authorization"]
    if not opts or not authorization then
        return opts
    end

    local copy = {}
    for name, value in pairs(opts) do
        copy[name] = value
    end

    copy.http_proxy_authorization = authorization
    copy.https_proxy_authorization = authorization
    return copy
end


-- Returns the response with all of its body, or nil and an error.
local function request_and_read(self, params)
    local res, err = M.request(self, params)
    if not res then
        return nil, err
    end

    local body
    body, err = res:read_body()
    if not body then
        return nil, err
    end

    res.body = body
    return res
end


-- Connects, requests, reads the whole response, and gives the connection back.
function M.request_uri(self, uri, params)
    params = copy_params(params or {})

    local parsed, err = uris.parse(uri, false)
    if not parsed then
        return nil, err
    end

    params.scheme, params.host, params.port = parsed[1], parsed[2], parsed[3]
    params.path = params.path or parsed[4]
    params.query = params.query or parsed[5]
    params.ssl_server_name = params.ssl_server_name or params.host
    params.proxy_opts = proxy_options(self, params)

    local ok
    ok, err = M.connect(self, params)
    if not ok then
        return nil, err
    end

    local res
    res, err = request_and_read(self, params)
    if not res then
        self:close()
        return nil, err
    end

    if params.keepalive == false then
        ok, err = self:close()
    else
        ok, err = self:set_keepalive(params.keepalive_timeout, params.keepalive_pool)
    end

    if not ok then
        log(ERR, err)
    end

    return res
end


return M
