-- URIs, and who is reached through a proxy.
local find = string.find
local get_phase = ngx.get_phase
local gmatch = string.gmatch
local lower = string.lower
local ngx = ngx
local re_match = ngx.re.match
local sub = string.sub
local tonumber = tonumber

local URI_PATTERN = [=[^(?:(https?):)?//((?:[^\[\]:/?]+)|(?:\[[^\]]+\]))(?::(\d+))?([^?]*)\??(.*)]=]
local DEFAULT_PORTS = { http = 80, https = 443 }
-- Where there is no request whose scheme could be taken.
local WITHOUT_REQUEST = { init = true, init_worker = true, timer = true, exit_worker = true }

local M = {}


-- Returns {scheme, host, port, path, query}, or nil and an error. The query is part of the path
-- unless query_in_path is false.
function M.parse(uri, query_in_path)
    local m, err = re_match(uri, URI_PATTERN, "jo")
    if not m then
        if err then
            return nil, "failed to match the uri: " .. uri .. ", " .. err
        end

        return nil, "bad uri: " .. uri
    end

    local scheme = m[1]
    if not scheme then
        if WITHOUT_REQUEST[get_phase()] then
            return nil, "schemaless URIs require a request context: " .. uri
        end

        scheme = ngx.var.scheme
    end

    local path, query = m[4], m[5] or ""
    if path == "" then
        path = "/"
    end

    if query_in_path ~= false then
        if query ~= "" then
            path = path .. "?" .. query
        end

        query = nil
    end

    return { scheme, m[2], tonumber(m[3]) or DEFAULT_PORTS[scheme], path, query }
end


-- Is a host, or a domain above it, in the list of those reached directly?
local function is_direct(host, no_proxy)
    local direct = {}

    for entry in gmatch(no_proxy, "[^,%s]+") do
        if entry == "*" then
            return true
        end

        direct[lower(sub(entry, 1, 1) == "." and sub(entry, 2) or entry)] = true
    end

    host = lower(host)
    while true do
        if direct[host] then
            return true
        end

        local dot = find(host, ".", 1, true)
        if not dot then
            return false
        end

        host = sub(host, dot + 1)
        if not find(host, ".", 1, true) then
            return false
        end
    end
end


-- The URI of the proxy for a host, or nil.
function M.proxy_for(opts, scheme, host)
    if not opts or opts.no_proxy and is_direct(host, opts.no_proxy) then
        return nil
    end

    if scheme == "http" then
        return opts.http_proxy
    end

    if scheme == "https" then
        return opts.https_proxy
    end

    return nil
end


return M
