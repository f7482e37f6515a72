-- A tunnel through a proxy: target is {host, port}, proxy has the authorization if there is one.
-- Returns true, or nil and an error.
return function(self, target, proxy)
    local destination = target.host .. ":" .. target.port
    local res, err = self:request({
        method = "CONNECT",
        path = destination,
        headers = {
            ["Host"] = destination,
            ["Proxy-Authorization"] = proxy.authorization,
        },
    })
    if not res then
        return nil, "failed to issue CONNECT to proxy: " .. err
    end

    if res.status < 200 or res.status > 299 then
        return nil, "failed to establish a tunnel through a proxy: " .. res.status
    end

    return true
end
