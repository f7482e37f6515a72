-- resty.upstream.healthcheck: checks the peers of upstream{} blocks, takes those that fail out of
-- service and those that recover back.
local ERR = ngx.ERR
local concat = table.concat
local log = ngx.log
local match = string.match
local max = math.max
local pcall = pcall
local require = require
local shared = ngx.shared
local timer_at = ngx.timer.at
local tonumber = tonumber

if ngx.config.ngx_lua_version < 9005 then
    error("ngx_lua 0.9.5+ required")
end

local found, upstreams = pcall(require, "ngx.upstream")
if not found then
    error("ngx_upstream_lua module required")
end

local run_cycle = require "resty.upstream.healthcheck.cycle"

local SHORTEST_INTERVAL = 0.002

-- How many checkers of an upstream run in this worker.
local checkers = {}

local M = { _VERSION = "0.08" }


-- Peers with their addresses; a port of the caller's own replaces theirs.
local function prepare_peers(peers, port)
    for i = 1, #peers do
        local peer = peers[i]
        local host, own_port = match(peer.name, "^(.*):(%d+)$")

        if host and host ~= "unix" then
            peer.host = host
            peer.port = port or tonumber(own_port)
        end
    end

    return peers
end


local function to_set(list)
    if not list then
        return nil
    end

    local set = {}
    for i = 1, #list do
        set[list[i]] = true
    end

    return set
end


-- Returns the dictionary, or nil and what is wrong with the options.
local function check_options(opts)
    if not opts.type then
        return nil, '"type" option required'
    end

    if opts.type ~= "http" and opts.type ~= "https" then
        return nil, 'only "http" and "https" type are supported right now'
    end

    if not opts.http_req then
        return nil, '"http_req" option required'
    end

    if not opts.shm then
        return nil, '"shm" option required'
    end

    local dict = shared[opts.shm]
    if not dict then
        return nil, 'shm "' .. opts.shm .. '" not found'
    end

    if not opts.upstream then
        return nil, "no upstream specified"
    end

    return dict
end


-- Returns a checker as healthcheck/check.lua describes it, or nil and an error.
local function new_checker(opts)
    local dict, err = check_options(opts)
    if not dict then
        return nil, err
    end

    local primary, backup
    primary, err = upstreams.get_primary_peers(opts.upstream)
    if not primary then
        return nil, "failed to get primary peers: " .. err
    end

    backup, err = upstreams.get_backup_peers(opts.upstream)
    if not backup then
        return nil, "failed to get backup peers: " .. err
    end

    return {
        dict = dict,
        upstream = opts.upstream,
        kind = opts.type,
        http_req = opts.http_req,
        timeout = opts.timeout or 1000,
        interval = max((opts.interval or 1000) / 1000, SHORTEST_INTERVAL),
        statuses = to_set(opts.valid_statuses),
        fall = opts.fall or 5,
        rise = opts.rise or 2,
        concurrency = max(opts.concurrency or 1, 1),
        host = opts.host,
        ssl_verify = opts.ssl_verify ~= false,
        primary_peers = prepare_peers(primary, opts.port),
        backup_peers = prepare_peers(backup, opts.port),
        version = 0,
        changed = false,
    }
end


local function retire(checker)
    checkers[checker.upstream] = checkers[checker.upstream] - 1
end


local function on_timer(premature, checker)
    if premature then
        retire(checker)
        return
    end

    local ok, err = pcall(run_cycle, checker)
    if not ok then
        log(ERR, "healthcheck: failed to run healthcheck cycle: ", err)
    end

    ok, err = timer_at(checker.interval, on_timer, checker)
    if not ok then
        retire(checker)

        if err ~= "process exiting" then
            log(ERR, "healthcheck: failed to create timer: ", err)
        end
    end
end


-- opts: README.md. Returns true, or nil and an error.
function M.spawn_checker(opts)
    local checker, err = new_checker(opts)
    if not checker then
        return nil, err
    end

    if opts.no_timer and ngx.config.debug then
        run_cycle(checker)
        return true
    end

    local ok
    ok, err = timer_at(0, on_timer, checker)
    if not ok then
        return nil, "failed to create timer: " .. err
    end

    checkers[checker.upstream] = (checkers[checker.upstream] or 0) + 1
    return true
end


-- Calls visit(upstream, checked, primary peers, backup peers) for each upstream. Returns true, or
-- nil and an error.
local function each_upstream(visit)
    local names, err = upstreams.get_upstreams()
    if not names then
        return nil, "failed to get upstream names: " .. err
    end

    for i = 1, #names do
        local name = names[i]
        local primary, backup

        primary, err = upstreams.get_primary_peers(name)
        if not primary then
            return nil, "failed to get primary peers in upstream " .. name .. ": " .. err
        end

        backup, err = upstreams.get_backup_peers(name)
        if not backup then
            return nil, "failed to get backup peers in upstream " .. name .. ": " .. err
        end

        visit(name, (checkers[name] or 0) > 0, primary, backup)
    end

    return true
end


local function add_peers(lines, title, peers)
    lines[#lines + 1] = "    " .. title
    for i = 1, #peers do
        lines[#lines + 1] = "        " .. peers[i].name .. (peers[i].down and " DOWN" or " UP")
    end
end


-- The state of all upstreams, to be read by people.
function M.status_page()
    local lines = {}

    local ok, err = each_upstream(function(name, checked, primary, backup)
        if #lines > 0 then
            lines[#lines + 1] = ""
        end

        lines[#lines + 1] = "Upstream " .. name .. (checked and "" or " (NO checkers)")
        add_peers(lines, "Primary Peers", primary)
        add_peers(lines, "Backup Peers", backup)
    end)
    if not ok then
        return err
    end

    lines[#lines + 1] = ""
    return concat(lines, "\n")
end


local function add_metric(lines, labels, value)
    lines[#lines + 1] = "nginx_upstream_status_info{" .. labels .. "} " .. (value and 1 or 0)
end


-- Returns whether any of the peers is up.
local function add_peer_metrics(lines, name, role, peers)
    local any_up = false

    for i = 1, #peers do
        local up = not peers[i].down
        local labels = 'name="' .. name .. '",endpoint="' .. peers[i].name .. '",status="'

        add_metric(lines, labels .. 'UP",role="' .. role .. '"', up)
        add_metric(lines, labels .. 'DOWN",role="' .. role .. '"', not up)
        any_up = any_up or up
    end

    return any_up
end


-- The same for Prometheus. Returns text, or nil and an error.
function M.prometheus_status_page()
    local lines = {
        "# HELP nginx_upstream_status_info The running status of nginx upstream",
        "# TYPE nginx_upstream_status_info gauge",
    }

    local ok, err = each_upstream(function(name, checked, primary, backup)
        local up = false

        if checked then
            up = add_peer_metrics(lines, name, "PRIMARY", primary)
            up = add_peer_metrics(lines, name, "BACKUP", backup) or up
        end

        add_metric(lines, 'name="' .. name .. '",status="UP"', checked and up)
        add_metric(lines, 'name="' .. name .. '",status="DOWN"', checked and not up)
        add_metric(lines, 'name="' .. name .. '",status="UNKNOWN"', not checked)
    end)
    if not ok then
        return nil, err
    end

    lines[#lines + 1] = ""
    return concat(lines, "\n")
end


return M
