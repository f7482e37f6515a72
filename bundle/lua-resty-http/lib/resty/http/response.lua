-- Responses: status and header fields, and how the body is read.
local body_readers = require "resty.http.body"
local http_headers = require "resty.http_headers"
local request = require "resty.http.request"

local concat = table.concat
local find = string.find
local getmetatable = getmetatable
local lower = string.lower
local match = string.match
local pairs = pairs
local setmetatable = setmetatable
local tonumber = tonumber
local type = type
local upper = string.upper

local M = {}


-- Returns status, version and reason, or nil and an error.
local function read_status_line(sock)
    local line, err = sock:receive()
    if not line then
        return nil, err
    end

    local version = tonumber(match(line, "^HTTP/(%d%.%d)"))
    if not version then
        return nil, "couldn't parse HTTP version from response status line: " .. line
    end

    local status, reason = match(line, "^HTTP/%d%.%d%s+(%d%d%d)%s?(.*)$")
    if not status then
        return nil, "couldn't parse status code from response status line: " .. line
    end

    return tonumber(status), version, reason
end


-- Returns a table of status, version, reason and headers, or nil and an error.
local function read_head(sock)
    local status, version, reason = read_status_line(sock)
    if not status then
        return nil, version
    end

    local headers, err = body_readers.read_headers(sock)
    if not headers then
        return nil, err
    end

    return { status = status, version = version, reason = reason, headers = headers }
end


local function allows_reuse(version, headers)
    local connection = headers["Connection"]

    if version >= 1.1 then
        return type(connection) ~= "string" or not find(lower(connection), "close", 1, true)
    end

    return type(connection) == "string" and find(lower(connection), "keep-alive", 1, true) ~= nil
end


local function has_body(method, status)
    return method ~= "HEAD" and status >= 200 and status ~= 204 and status ~= 304
           and not (method == "CONNECT" and status < 300)
end


-- Returns a reader and the state that tells when the body is over.
local function choose_reader(sock, head)
    if head.version >= 1.1 and request.is_chunked(head.headers) then
        return body_readers.chunked(sock)
    end

    local length = head.headers["Content-Length"]
    length = type(length) ~= "table" and tonumber(length)

    if length and length >= 0 then
        return body_readers.fixed(sock, length)
    end

    return body_readers.until_close(sock)
end


-- Methods of responses.

-- Returns the body; or nil, an error and what was read.
local function read_body(self)
    local reader = self.body_reader
    if not reader then
        return nil, "no body to be read"
    end

    local chunks = {}
    while true do
        local chunk, err, partial = reader()
        chunks[#chunks + 1] = chunk or partial

        if err then
            return nil, err, concat(chunks)
        end

        if not chunk then
            return concat(chunks)
        end
    end
end


-- The headers, in which fields of the trailer are found as well.
local function read_trailers(self)
    local reader = self.trailer_reader
    if not reader then
        return nil, "no trailers"
    end

    local trailers = reader()
    local headers_mt = getmetatable(self.headers)
    local find_header = headers_mt.__index

    headers_mt.__index = function(headers, name)
        local value = find_header(headers, name)
        if value == nil then
            value = trailers[name]
        end

        return value
    end

    return self.headers
end


-- Waits for the server's word on a body that it was asked about, and sends that if welcome. Returns
-- the response's head, or nil and an error.
local function continue(client, params, head)
    if head.status ~= 100 then
        return head
    end

    local ok, err = request.send_body(client.sock, params.body)
    if not ok then
        return nil, err
    end

    return read_head(client.sock)
end


-- params: those of the request that is answered. Returns the response, or nil and an error.
function M.read(client, params)
    local sock = client.sock

    local head, err = read_head(sock)
    if head and request.expects_continue(http_headers.new(params.headers)) then
        head, err = continue(client, params, head)
    end

    if not head then
        return nil, err
    end

    client.keepalive = allows_reuse(head.version, head.headers)

    local res = {
        status = head.status,
        reason = head.reason,
        headers = head.headers,
        has_body = has_body(upper(params.method or "GET"), head.status),
        read_body = read_body,
        read_trailers = read_trailers,
    }

    local state
    if res.has_body then
        res.body_reader, state = choose_reader(sock, head)
    else
        res.body_reader = body_readers.none()
    end

    if head.headers["Trailer"] then
        res.trailer_reader = function()
            return state and state.trailers or http_headers.new()
        end
    end

    client.body_state = state
    return res
end


-- A response that is read when its first field is asked for: those of a pipeline come in turn.
function M.lazy(read)
    return setmetatable({}, {
        __index = function(self, field)
            setmetatable(self, nil)

            local res = read()
            if not res then
                return nil
            end

            for name, value in pairs(res) do
                self[name] = value
            end

            return self[field]
        end,
    })
end


return M
