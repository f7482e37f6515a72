-- One check of one peer, and what its result means for the peer.
--
-- A checker is a table: upstream, dict, kind ("http" or "https"), http_req, timeout (ms), host,
-- ssl_verify, statuses (a set, or nil for any), fall, rise, and changed: whether a peer's state is
-- to be told to other workers. A peer is one of ngx.upstream's, with host and port.
local upstreams = require "ngx.upstream"

local ERR = ngx.ERR
local WARN = ngx.WARN
local log = ngx.log
local match = string.match
local set_peer_down = upstreams.set_peer_down
local tcp = ngx.socket.tcp
local tonumber = tonumber

local M = {}


-- A peer's key in the shared dictionary: what it is about, and who.
local function peer_key(what, upstream, is_backup, id)
    return what .. ":" .. upstream .. (is_backup and ":b" or ":p") .. id
end


M.peer_key = peer_key


-- Errors are news only while the peer is up.
local function report(peer, ...)
    if not peer.down then
        log(ERR, "healthcheck: ", ...)
    end

    return false
end


local function set_down(checker, is_backup, peer, down)
    peer.down = down

    local ok, err = set_peer_down(checker.upstream, is_backup, peer.id, down)
    if not ok then
        log(ERR, "healthcheck: failed to set peer down: ", err)
    end
end


M.set_down = set_down


-- The state changes, here and for the other workers.
local function turn(checker, is_backup, peer, down)
    set_down(checker, is_backup, peer, down)
    checker.changed = true

    local key = peer_key("d", checker.upstream, is_backup, peer.id)
    local ok, err = checker.dict:set(key, down)
    if not ok then
        log(ERR, "healthcheck: failed to set peer down state: ", err)
    end
end


-- Counts a result and forgets those of the other kind. Returns how many there were in a row.
local function count(checker, is_backup, peer, counted, forgotten)
    local dict, upstream = checker.dict, checker.upstream

    dict:delete(peer_key(forgotten, upstream, is_backup, peer.id))

    local result, err = dict:incr(peer_key(counted, upstream, is_backup, peer.id), 1, 0)
    if not result then
        log(ERR, "healthcheck: failed to count: ", err)
        return 0
    end

    return result
end


local function connect(checker, peer)
    local sock, err = tcp()
    if not sock then
        log(ERR, "healthcheck: failed to create stream socket: ", err)
        return nil
    end

    sock:settimeout(checker.timeout)

    local ok
    if peer.host then
        ok, err = sock:connect(peer.host, peer.port)
    else
        ok, err = sock:connect(peer.name)
    end

    if not ok then
        return report(peer, "failed to connect to ", peer.name, ": ", err)
    end

    if checker.kind == "https" then
        ok, err = sock:sslhandshake(false, checker.host, checker.ssl_verify)
        if not ok then
            sock:close()
            return report(peer, "failed to ssl handshake to ", peer.name, ": ", err)
        end
    end

    return sock
end


local function exchange(checker, peer, sock)
    local bytes, err = sock:send(checker.http_req)
    if not bytes then
        return report(peer, "failed to send request to ", peer.name, ": ", err)
    end

    local line
    line, err = sock:receive()
    if not line then
        return report(peer, "failed to receive status line from ", peer.name, ": ", err)
    end

    if not checker.statuses then
        return true
    end

    local status = tonumber(match(line, "^HTTP/%d+%.%d+ (%d%d%d)"))
    if not status then
        return report(peer, "bad status line from ", peer.name, ": ", line)
    end

    if not checker.statuses[status] then
        return report(peer, "bad status code from ", peer.name, ": ", status)
    end

    return true
end


local function is_healthy(checker, peer)
    local sock = connect(checker, peer)
    if not sock then
        return sock
    end

    local healthy = exchange(checker, peer, sock)
    sock:close()
    return healthy
end


function M.check(checker, is_backup, peer)
    local healthy = is_healthy(checker, peer)

    if healthy == nil then
        return
    end

    if healthy then
        local successes = count(checker, is_backup, peer, "ok", "nok")
        if peer.down and successes >= checker.rise then
            log(WARN, "healthcheck: peer ", peer.name, " is turned up after ", successes,
                " success(es)")
            turn(checker, is_backup, peer, false)
        end

        return
    end

    local failures = count(checker, is_backup, peer, "nok", "ok")
    if not peer.down and failures >= checker.fall then
        log(WARN, "healthcheck: peer ", peer.name, " is turned down after ", failures,
            " failure(s)")
        turn(checker, is_backup, peer, true)
    end
end


return M
