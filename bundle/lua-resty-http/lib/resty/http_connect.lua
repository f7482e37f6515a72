-- resty.http_connect: the function behind http:connect(options). Connects, through a proxy if there
-- is one, starts TLS, and keeps connections that differ in anything that matters in pools apart.
local client_cert = require "resty.http.client_cert"
local open_tunnel = require "resty.http.tunnel"
local uris = require "resty.http.uri"

local DEBUG = ngx.DEBUG
local concat = table.concat
local log = ngx.log
local sub = string.sub
local tostring = tostring

local DEFAULT_PORTS = { http = 80, https = 443 }


-- The proxy to use, as {host, port, uri, authorization}; false for none; or nil and an error.
local function find_proxy(self, options, scheme, host)
    local proxy_opts = options.proxy_opts or self.proxy_opts
    local uri = uris.proxy_for(proxy_opts, scheme, host)
    if not uri then
        return false
    end

    local parsed, err = uris.parse(uri, false)
    if not parsed then
        return nil, "uri parse error: " .. err
    end

    if parsed[1] ~= "http" then
        return nil, "protocol " .. parsed[1] .. " not supported for proxy connections"
    end

    local authorization = proxy_opts.http_proxy_authorization
    if scheme == "https" then
        authorization = proxy_opts.https_proxy_authorization
    end

    return { host = parsed[2], port = parsed[3], uri = uri, authorization = authorization }
end


local function pool_name(target, proxy)
    local authorization = proxy and target.ssl and proxy.authorization

    return concat({
        target.scheme or "",
        target.host,
        tostring(target.port),
        tostring(target.ssl),
        target.server_name or "",
        tostring(target.ssl_verify),
        proxy and proxy.uri or "",
        authorization or "",
        target.cert_digest or "",
    }, ":")
end


-- What is connected to; or nil and an error.
local function read_options(options)
    local scheme, host, port = options.scheme, options.host, options.port
    local ssl = scheme == "https" or nil

    if scheme then
        port = port or DEFAULT_PORTS[scheme]
    elseif port then
        return nil, "'scheme' is required when providing a port"
    end

    local target = {
        scheme = scheme,
        host = host,
        port = port,
        ssl = ssl,
        server_name = options.ssl_server_name,
        ssl_verify = options.ssl_verify ~= false,
    }

    if ssl and options.ssl_client_cert then
        local digest, err = client_cert.check(options.ssl_client_cert, options.ssl_client_priv_key)
        if not digest then
            return nil, err
        end

        target.cert_digest = digest
    end

    return target
end


local function connect_socket(sock, target, proxy, socket_opts)
    if proxy then
        local ok, err = sock:connect(proxy.host, proxy.port, socket_opts)
        if not ok then
            return nil, "failed to connect to: " .. proxy.host .. ":" .. proxy.port .. ": " .. err
        end

        return true
    end

    if sub(target.host, 1, 5) == "unix:" then
        return sock:connect(target.host, socket_opts)
    end

    return sock:connect(target.host, target.port, socket_opts)
end


local function start_tls(sock, target, options)
    if target.cert_digest then
        if not sock.setclientcert then
            return nil, "cannot use SSL client cert and key without mTLS support"
        end

        local ok, err = sock:setclientcert(options.ssl_client_cert, options.ssl_client_priv_key)
        if not ok then
            return nil, "could not set client certificate: " .. err
        end
    end

    return sock:sslhandshake(options.ssl_reused_session, target.server_name, target.ssl_verify,
                             options.ssl_send_status_req)
end


-- A new connection becomes what the target needs. Returns true, nil and the TLS session; or nil and
-- an error.
local function prepare(self, target, proxy, options)
    if not target.ssl then
        return true
    end

    if proxy then
        local ok, err = open_tunnel(self, target, proxy)
        if not ok then
            return nil, err
        end

        self.keepalive = true
    end

    local session, err = start_tls(self.sock, target, options)
    if not session then
        return nil, err
    end

    return true, nil, session
end


-- What requests on this connection need to know.
local function remember(self, target, proxy)
    self.host = target.host
    self.port = target.port
    self.ssl = target.ssl
    self.keepalive = true
    self.body_state = nil
    self.http_proxy_auth = nil
    self.path_prefix = nil

    if proxy and not target.ssl then
        self.http_proxy_auth = proxy.authorization
        self.path_prefix = "http://" .. target.host
                           .. (target.port ~= 80 and ":" .. target.port or "")
    end
end


-- Returns true, nil and the TLS session of a new connection; or nil and an error.
return function(self, options)
    local sock = self.sock
    if not sock then
        return nil, "not initialized"
    end

    local target, err = read_options(options)
    if not target then
        return nil, err
    end

    local proxy
    proxy, err = find_proxy(self, options, target.scheme, target.host)
    if proxy == nil then
        return nil, err
    end

    local pool = options.pool or pool_name(target, proxy)
    if options.pool_debug then
        log(DEBUG, "poolname: ", pool)
    end

    local ok
    ok, err = connect_socket(sock, target, proxy, {
        pool = pool,
        pool_size = options.pool_size,
        backlog = options.backlog,
    })
    if not ok then
        return nil, err
    end

    remember(self, target, proxy)

    local reused
    reused, err = sock:getreusedtimes()
    if not reused then
        return nil, err
    end

    if reused > 0 then
        return true
    end

    local session
    ok, err, session = prepare(self, target, proxy, options)
    if not ok then
        sock:close()
        return nil, err
    end

    return true, nil, session
end
