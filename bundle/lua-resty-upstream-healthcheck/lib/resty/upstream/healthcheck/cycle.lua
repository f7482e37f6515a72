-- One round over all peers of an upstream. Of all workers one does it; the others take over what it
-- found, which a version number in the shared dictionary tells them of.
local checks = require "resty.upstream.healthcheck.check"

local DEBUG = ngx.DEBUG
local ERR = ngx.ERR
local ceil = math.ceil
local check = checks.check
local debug_build = ngx.config.debug
local log = ngx.log
local min = math.min
local peer_key = checks.peer_key
local set_down = checks.set_down
local spawn = ngx.thread.spawn
local wait = ngx.thread.wait


local function trace(...)
    if debug_build then
        log(DEBUG, "healthcheck: ", ...)
    end
end


local function check_range(checker, is_backup, first, last)
    local peers = is_backup and checker.backup_peers or checker.primary_peers

    for i = first, last do
        trace("check ", is_backup and "backup" or "primary", " peer ", i - 1)

        local peer = peers[i]
        check(checker, is_backup, peer)
        trace("peer ", peer.name, " was checked to be ", peer.down and "not ok" or "ok")
    end
end


local function check_peers(checker, is_backup)
    local peers = is_backup and checker.backup_peers or checker.primary_peers
    local total = #peers
    local share = ceil(total / min(checker.concurrency, total))
    local kind = is_backup and "backup" or "primary"
    local threads = {}

    if total <= share then
        check_range(checker, is_backup, 1, total)
        return
    end

    -- The first share is this thread's own.
    for first = share + 1, total, share do
        local last = min(first + share - 1, total)

        if first == last then
            trace("spawn a thread checking ", kind, " peer ", first - 1)
        else
            trace("spawn a thread checking ", kind, " peers ", first - 1, " to ", last - 1)
        end

        threads[#threads + 1] = spawn(check_range, checker, is_backup, first, last)
    end

    check_range(checker, is_backup, 1, share)

    for i = 1, #threads do
        wait(threads[i])
    end
end


local function adopt_peers(checker, is_backup)
    local peers = is_backup and checker.backup_peers or checker.primary_peers

    for i = 1, #peers do
        local peer = peers[i]
        local down = checker.dict:get(peer_key("d", checker.upstream, is_backup, peer.id)) == true

        if down ~= (peer.down == true) then
            set_down(checker, is_backup, peer, down)
        end
    end
end


local function adopt(checker)
    local version = checker.dict:get("v:" .. checker.upstream)
    if not version or version <= checker.version then
        return
    end

    trace("upgrading peers version to ", version)
    adopt_peers(checker, false)
    adopt_peers(checker, true)
    checker.version = version
end


local function publish(checker)
    local version, err = checker.dict:incr("v:" .. checker.upstream, 1, 0)
    if not version then
        log(ERR, "healthcheck: failed to publish new peers version: ", err)
        return
    end

    trace("publishing peers version ", version)
    checker.version = version
    checker.changed = false
end


-- Is this worker the one that checks this time?
local function is_chosen(checker)
    local ok, err = checker.dict:add("l:" .. checker.upstream, true, checker.interval - 0.001)
    if not ok and err ~= "exists" then
        log(ERR, "healthcheck: failed to add key to shm: ", err)
    end

    return ok
end


return function(checker)
    trace("run a check cycle")
    adopt(checker)

    if not is_chosen(checker) then
        return
    end

    check_peers(checker, false)
    check_peers(checker, true)

    if checker.changed then
        publish(checker)
    end
end
