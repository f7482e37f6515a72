-- Between the request that is being served and one that a client makes: bodies and whole messages
-- are passed on.
local body_readers = require "resty.http.body"
local request = require "resty.http.request"

local ERR = ngx.ERR
local encode_args = ngx.encode_args
local flush = ngx.flush
local get_headers = ngx.req.get_headers
local get_method = ngx.req.get_method
local get_uri_args = ngx.req.get_uri_args
local gsub = string.gsub
local log = ngx.log
local lower = string.lower
local ngx = ngx
local pairs = pairs
local print = ngx.print
local request_socket = ngx.req.socket
local tonumber = tonumber

local DEFAULT_CHUNK_SIZE = 65536
-- Fields that are about one connection only, and the length, which the server sets by itself.
local HOP_BY_HOP = {
    ["connection"] = true,
    ["keep-alive"] = true,
    ["proxy-authenticate"] = true,
    ["proxy-authorization"] = true,
    ["te"] = true,
    ["trailers"] = true,
    ["transfer-encoding"] = true,
    ["upgrade"] = true,
    ["content-length"] = true,
}

local M = {}


-- A reader of the body of the request that is being served; nil if it has none; nil and an error.
function M.get_client_body_reader(_, chunk_size, sock, headers)
    chunk_size = chunk_size or DEFAULT_CHUNK_SIZE

    if not sock then
        local err
        sock, err = request_socket()
        if not sock then
            if err == "no body" then
                return nil
            end

            return nil, err
        end
    end

    headers = headers or get_headers()

    if request.is_chunked(headers) then
        return (body_readers.chunked(sock, chunk_size))
    end

    local length = tonumber(headers["Content-Length"])
    if not length then
        return nil
    end

    return (body_readers.fixed(sock, length, chunk_size))
end


-- Deprecated. Sends the request that is being served. Returns as request() does.
function M.proxy_request(self, chunk_size)
    local args = encode_args(get_uri_args())

    return self:request({
        method = get_method(),
        path = gsub(ngx.var.uri, "%s", "%%20"),
        query = args ~= "" and args or nil,
        headers = get_headers(0, true),
        body = self:get_client_body_reader(chunk_size),
    })
end


-- Deprecated. Answers the request that is being served with a response.
function M.proxy_response(_, res, chunk_size)
    if not res then
        log(ERR, "no response provided")
        return
    end

    ngx.status = res.status

    for name, value in pairs(res.headers) do
        if not HOP_BY_HOP[lower(name)] then
            ngx.header[name] = value
        end
    end

    local reader = res.body_reader
    while true do
        local chunk, err = reader(chunk_size or DEFAULT_CHUNK_SIZE)
        if err and err ~= "closed" then
            log(ERR, err)
            return
        end

        if not chunk then
            return
        end

        local ok
        ok, err = print(chunk)
        if not ok then
            log(ERR, err)
            return
        end

        flush(true)
    end
end


return M
