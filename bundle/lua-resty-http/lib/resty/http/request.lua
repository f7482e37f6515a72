-- Requests: what the client adds to what it is told, and how they are sent.
local http_headers = require "resty.http_headers"

local DEBUG = ngx.DEBUG
local concat = table.concat
local encode_args = ngx.encode_args
local find = string.find
local get_phase = ngx.get_phase
local log = ngx.log
local lower = string.lower
local ngx = ngx
local pairs = pairs
local sub = string.sub
local tostring = tostring
local type = type
local upper = string.upper

local CONTINUE = "100-continue"
local EXPECTS_BODY = { POST = true, PUT = true, PATCH = true }
-- Where there is a request that may carry a trace.
local REQUEST_PHASES = {
    rewrite = true,
    access = true,
    content = true,
    header_filter = true,
    body_filter = true,
    log = true,
    balancer = true,
}

local M = { CONTINUE = CONTINUE, debug = false }


local function first_value(value)
    return type(value) == "table" and value[1] or value
end


function M.is_chunked(headers)
    local encoding = headers["Transfer-Encoding"]
    if not encoding then
        return false
    end

    return find(lower(tostring(first_value(encoding))), "chunked", 1, true) ~= nil
end


function M.expects_continue(headers)
    return headers and headers["Expect"] == CONTINUE
end


local function host_header(client)
    local host, port = client.host, client.port

    if sub(host, 1, 5) == "unix:" then
        return nil, "Unable to generate a useful Host header for a unix domain socket. "
                    .. "Please provide one."
    end

    if not port or port == (client.ssl and 443 or 80) then
        return host
    end

    return host .. ":" .. port
end


-- Bytes in a string, or in an array of strings.
local function body_length(body)
    if type(body) ~= "table" then
        return #body
    end

    local length = 0
    for i = 1, #body do
        length = length + #tostring(body[i])
    end

    return length
end


-- Sets the fields that tell how long the body is. Returns true, or nil and an error.
local function describe_body(headers, method, body)
    if M.is_chunked(headers) then
        headers["Content-Length"] = nil
        return true
    end

    if headers["Content-Length"] then
        return true
    end

    if type(body) == "function" then
        return nil, "Request body is a function but a length or chunked encoding is not specified"
    end

    if body ~= nil then
        headers["Content-Length"] = body_length(type(body) == "table" and body or tostring(body))
        return true
    end

    if EXPECTS_BODY[method] then
        return nil, "Request body is nil but " .. method .. " method expects a body. "
                    .. "Use an empty string \"\" if you want to send an empty body."
    end

    return true
end


local function add_defaults(client, headers, version)
    if not headers["Host"] then
        local host, err = host_header(client)
        if not host then
            return nil, err
        end

        headers["Host"] = host
    end

    if not headers["User-Agent"] then
        headers["User-Agent"] = client._USER_AGENT
    end

    if version == 1.0 and not headers["Connection"] then
        headers["Connection"] = "Keep-Alive"
    end

    if client.http_proxy_auth and not headers["Proxy-Authorization"] then
        headers["Proxy-Authorization"] = client.http_proxy_auth
    end

    if not headers["traceparent"] and REQUEST_PHASES[get_phase()] then
        headers["traceparent"] = ngx.var.http_traceparent
    end

    return true
end


local function query_text(query)
    if type(query) == "table" then
        query = encode_args(query)
    end

    if query == nil or query == "" or sub(query, 1, 1) == "?" then
        return query or ""
    end

    return "?" .. query
end


-- The head of a request as text.
local function format_head(client, params, method, headers, version)
    local parts = {
        method, " ", client.path_prefix or "", params.path or "/", query_text(params.query),
        version == 1.0 and " HTTP/1.0\r\n" or " HTTP/1.1\r\n",
    }
    local count = #parts

    for name, values in pairs(headers) do
        if type(values) ~= "table" then
            values = { values }
        end

        for i = 1, #values do
            parts[count + 1] = name
            parts[count + 2] = ": "
            parts[count + 3] = tostring(values[i])
            parts[count + 4] = "\r\n"
            count = count + 4
        end
    end

    parts[count + 1] = "\r\n"
    return concat(parts)
end


-- Returns true; or nil, an error, and what the body's iterator gave besides.
function M.send_body(sock, body)
    if type(body) ~= "function" then
        if body == nil then
            return true
        end

        local bytes, err = sock:send(type(body) == "table" and body or tostring(body))
        return bytes and true, err
    end

    while true do
        local chunk, err, partial = body()
        if not chunk then
            if err then
                return nil, err, partial
            end

            return true
        end

        local bytes
        bytes, err = sock:send(chunk)
        if not bytes then
            return nil, err
        end
    end
end


-- Sends the head, and the body unless the server shall first say that it wants it. Returns true; or
-- nil and an error.
function M.send(client, params)
    local version = params.version or 1.1
    local method = upper(params.method or "GET")
    local headers = http_headers.new(params.headers)

    local ok, err = describe_body(headers, method, params.body)
    if not ok then
        return nil, err
    end

    ok, err = add_defaults(client, headers, version)
    if not ok then
        return nil, err
    end

    local head = format_head(client, params, method, headers, version)
    if M.debug then
        log(DEBUG, "\n", head)
    end

    local bytes
    bytes, err = client.sock:send(head)
    if not bytes then
        return nil, err
    end

    if M.expects_continue(headers) then
        return true
    end

    return M.send_body(client.sock, params.body)
end


return M
