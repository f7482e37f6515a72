-- A small HTTP/1.1 client for the package index. Redirects are the caller's business.
local tcp = ngx.socket.tcp

local TIMEOUT = 30000
local MAX_BODY = 64 * 1024 * 1024

local M = { agent = "opm 0.0.7" }


local function parse_url(url)
    local scheme, authority, path = url:match("^(https?)://([^/?#]+)([^#]*)")

    if not scheme then
        return nil, "bad URL: " .. url
    end

    local host, port = authority:match("^(.-):(%d+)$")
    return {
        tls = scheme == "https",
        authority = authority,
        host = host or authority,
        port = tonumber(port) or (scheme == "https" and 443 or 80),
        path = path:sub(1, 1) == "/" and path or "/" .. path,
    }
end


local function read_headers(sock)
    local headers = {}

    while true do
        local line, err = sock:receive()

        if not line then
            return nil, err
        end

        if line == "" then
            return headers
        end

        local name, value = line:match("^([^:%s]+):%s*(.-)%s*$")

        if name then
            headers[name:lower()] = value
        end
    end
end


local function read_chunks(sock)
    local chunks, total = {}, 0

    while true do
        local line, err = sock:receive()
        local size = line and tonumber(line:match("^%x+"), 16)

        if not size then
            return nil, err or "bad chunk"
        end

        if size == 0 then
            return table.concat(chunks)
        end

        total = total + size

        if total > MAX_BODY then
            return nil, "response too large"
        end

        chunks[#chunks + 1], err = sock:receive(size)

        if err or not sock:receive() then
            return nil, err or "closed"
        end
    end
end


local function read_body(sock, headers)
    if headers["transfer-encoding"] then
        return read_chunks(sock)
    end

    local length = tonumber(headers["content-length"])

    if not length then
        return sock:receive("*a")
    end

    if length > MAX_BODY then
        return nil, "response too large"
    end

    return length == 0 and "" or sock:receive(length)
end


local function exchange(sock, url, method, headers, body)
    local request = { method, " ", url.path, " HTTP/1.1\r\nHost: ", url.authority,
                      "\r\nUser-Agent: ", M.agent, "\r\nConnection: close\r\n" }

    for name, value in pairs(headers or {}) do
        request[#request + 1] = name .. ": " .. value .. "\r\n"
    end

    if body then
        request[#request + 1] = "Content-Length: " .. #body .. "\r\n"
    end

    request[#request + 1] = "\r\n"
    request[#request + 1] = body or ""
    local ok, err = sock:send(request)

    if not ok then
        return nil, err
    end

    local line
    line, err = sock:receive()
    local status = line and tonumber(line:match("^HTTP/1%.%d (%d%d%d)"))

    if not status then
        return nil, err or "bad status line: " .. line
    end

    local answer
    answer, err = read_headers(sock)

    if not answer then
        return nil, err
    end

    local content
    content, err = read_body(sock, answer)

    if not content then
        return nil, err
    end

    return { status = status, headers = answer, body = content }
end


-- The answer, { status, headers, body }, or nil and an error.
function M.request(method, address, headers, body)
    local url, err = parse_url(address)

    if not url then
        return nil, err
    end

    local sock = tcp()
    sock:settimeout(TIMEOUT)
    local ok
    ok, err = sock:connect(url.host, url.port)

    if ok and url.tls then
        ok, err = sock:sslhandshake(nil, url.host, true)
    end

    if not ok then
        return nil, "failed to connect to " .. url.authority .. ": " .. err
    end

    local answer
    answer, err = exchange(sock, url, method, headers, body)
    sock:close()

    if not answer then
        return nil, "failed to fetch " .. address .. ": " .. err
    end

    return answer
end


function M.query(parameters)
    return (ngx.encode_args(parameters))
end


return M
