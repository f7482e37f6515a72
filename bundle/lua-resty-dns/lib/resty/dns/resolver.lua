-- resty.dns.resolver: asks name servers, by UDP and where needed TCP. It does not cache and reads no
-- file of the system's.
local address = require "resty.dns.address"
local message = require "resty.dns.message"
local records = require "resty.dns.records"

local DEBUG = ngx.DEBUG
local log = ngx.log
local pairs = pairs
local random = math.random
local setmetatable = setmetatable
local tcp = ngx.socket.tcp
local type = type
local udp = ngx.socket.udp

local DEFAULT_PORT = 53
local DEFAULT_RETRANS = 5
local DEFAULT_TIMEOUT = 2000
local MAX_UDP_SIZE = 4096
-- Replies to other queries are skipped, but not for ever.
local MAX_RECEIVES = 128

local M = {
    _VERSION = "0.23",
    CLASS_IN = 1,
    SECTION_AN = records.SECTION_AN,
    SECTION_NS = records.SECTION_NS,
    SECTION_AR = records.SECTION_AR,
    arpa_str = address.arpa_str,
    compress_ipv6_addr = address.compress_ipv6_addr,
    expand_ipv6_addr = address.expand_ipv6_addr,
}
local mt = { __index = M }

for name, number in pairs(records.types) do
    M["TYPE_" .. name] = number
end


-- A connected UDP socket for each server, or nil and an error. Names of servers become {name, port}.
local function open_sockets(servers, timeout)
    local sockets = {}

    for i = 1, #servers do
        local server = servers[i]
        if type(server) ~= "table" then
            server = { server, DEFAULT_PORT }
            servers[i] = server
        end

        server[2] = server[2] or DEFAULT_PORT

        local sock, err = udp()
        if not sock then
            return nil, "failed to create udp socket: " .. err
        end

        local ok
        ok, err = sock:setpeername(server[1], server[2])
        if not ok then
            return nil, "failed to set peer name: " .. err
        end

        sock:settimeout(timeout)
        sockets[i] = sock
    end

    return sockets
end


-- opts: README.md.
function M.new(_, opts)
    if not opts then
        return nil, "no options table specified"
    end

    local servers = opts.nameservers
    if not servers or #servers == 0 then
        return nil, "no nameservers specified"
    end

    local timeout = opts.timeout or DEFAULT_TIMEOUT
    local sockets, err = open_sockets(servers, timeout)
    if not sockets then
        return nil, err
    end

    local tcp_sock
    tcp_sock, err = tcp()
    if not tcp_sock then
        return nil, "failed to create tcp socket: " .. err
    end

    tcp_sock:settimeout(timeout)

    return setmetatable({
        cur = opts.no_random and 1 or random(#servers),
        socks = sockets,
        tcp_sock = tcp_sock,
        servers = servers,
        retrans = opts.retrans or DEFAULT_RETRANS,
        no_recurse = opts.no_recurse,
    }, mt)
end


function M.set_timeout(self, timeout)
    local sockets = self.socks
    if not sockets then
        return nil, "not initialized"
    end

    for i = 1, #sockets do
        sockets[i]:settimeout(timeout)
    end

    self.tcp_sock:settimeout(timeout)
end


function M.destroy(self)
    local sockets = self.socks
    if not sockets then
        return nil, "not initialized"
    end

    for i = 1, #sockets do
        sockets[i]:close()
    end

    self.tcp_sock:close()
    self.socks = nil
    self.tcp_sock = nil
    self.servers = nil
end


-- Servers are asked in turn, over all queries of an object.
local function next_server(self)
    local index = self.cur
    self.cur = index < #self.servers and index + 1 or 1
    return index
end


-- What a query asks: {id, bytes, authority, additional}; or nil and an error.
local function make_question(self, name, opts)
    local qtype = opts and opts.qtype or M.TYPE_A
    local id = self._id or random(0, 65535)

    local bytes, err = message.build_query(id, name, qtype, self.no_recurse)
    if not bytes then
        return nil, err
    end

    return {
        id = id,
        bytes = bytes,
        authority = opts and opts.authority_section or qtype == M.TYPE_SOA,
        additional = opts and opts.additional_section,
    }
end


local function parse(question, data)
    return message.parse_reply(data, question.id, question.authority, question.additional)
end


-- Sends the question and reads one reply. Returns its bytes; or nil, what failed, and why.
local function exchange(sock, question)
    local bytes, err = sock:send(message.frame(question.bytes))
    if not bytes then
        return nil, "failed to send query to", err
    end

    local prefix
    prefix, err = sock:receive(2)
    if not prefix then
        return nil, "failed to receive the reply length field from", err
    end

    local data
    data, err = sock:receive(message.frame_length(prefix))
    if not data then
        return nil, "failed to receive the reply message body from", err
    end

    return data
end


local function ask_by_tcp(self, question, index)
    local server, sock = self.servers[index], self.tcp_sock
    local where = " TCP server " .. server[1] .. ":" .. server[2] .. ": "

    local ok, err = sock:connect(server[1], server[2])
    if not ok then
        return nil, "failed to connect to" .. where .. err
    end

    local data, what
    data, what, err = exchange(sock, question)
    sock:close()
    if not data then
        return nil, what .. where .. err
    end

    local answers
    answers, err = parse(question, data)
    if not answers then
        return nil, "failed to parse the reply from the" .. where .. err
    end

    return answers
end


local function ask(self, question, index)
    local server, sock = self.servers[index], self.socks[index]
    local where = " UDP server " .. server[1] .. ":" .. server[2] .. ": "

    local ok, err = sock:send(question.bytes)
    if not ok then
        return nil, "failed to send request to" .. where .. err
    end

    for _ = 1, MAX_RECEIVES do
        local data
        data, err = sock:receive(MAX_UDP_SIZE)
        if not data then
            return nil, "failed to receive reply from" .. where .. err
        end

        local answers, found
        answers, err, found = parse(question, data)
        if answers then
            return answers
        end

        if err == "truncated" then
            log(DEBUG, "query the TCP server due to reply truncation")
            return ask_by_tcp(self, question, index)
        end

        if err ~= "id mismatch" then
            return nil, err
        end

        log(DEBUG, "id mismatch in the DNS reply: ", found, " ~= ", question.id)
    end

    return nil, err
end


-- Returns an array of records, nil and `tries`; or nil, an error and `tries`, which if given gets
-- the error of each attempt that failed.
function M.query(self, name, opts, tries)
    if not self.socks then
        return nil, "not initialized"
    end

    local question, err = make_question(self, name, opts)
    if not question then
        return nil, err, tries
    end

    for attempt = 1, self.retrans do
        if tries then
            tries[attempt] = nil
        end

        local answers
        answers, err = ask(self, question, next_server(self))
        if answers then
            return answers, nil, tries
        end

        if tries then
            tries[attempt] = err
            tries[attempt + 1] = nil
        end
    end

    return nil, err, tries
end


-- One attempt, by TCP.
function M.tcp_query(self, name, opts)
    if not self.socks then
        return nil, "not initialized"
    end

    local question, err = make_question(self, name, opts)
    if not question then
        return nil, err
    end

    return ask_by_tcp(self, question, next_server(self))
end


function M.reverse_query(self, addr)
    return self:query(address.arpa_str(addr), { qtype = M.TYPE_PTR })
end


return M
