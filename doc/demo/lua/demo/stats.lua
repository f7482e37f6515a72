-- Figures about requests and workers, kept in a shared dictionary so that any worker can tell all.

local counters = ngx.shared.counters


-- Upper bounds of the classes of response times, in milliseconds.
local BOUNDS = { 1, 5, 20, 100, 1000 }


local M = {}


local function worker_key(id, name)
    return "worker:" .. id .. ":" .. name
end


-- Called in each worker. Ids run from 0; a worker that replaces a dead one gets its id.
function M.worker_started()
    local id = ngx.worker.id()
    if not id then
        return
    end
    counters:set(worker_key(id, "pid"), ngx.worker.pid())
    counters:set(worker_key(id, "started"), ngx.now())
    counters:set(worker_key(id, "requests"), 0)
    counters:set(worker_key(id, "memory"), collectgarbage("count"))
end


function M.worker_ended()
    local id = ngx.worker.id()
    -- After a reload the entry belongs to the successor already.
    if id and counters:get(worker_key(id, "pid")) == ngx.worker.pid() then
        counters:delete(worker_key(id, "pid"))
    end
end


local function time_class(milliseconds)
    for _, bound in ipairs(BOUNDS) do
        if milliseconds <= bound then
            return bound
        end
    end
    return "more"
end


-- Called for each finished request.
function M.count_request()
    counters:incr("requests", 1, 0)
    counters:incr("status:" .. math.floor(ngx.status / 100), 1, 0)
    counters:incr("time:" .. time_class(1000 * (ngx.now() - ngx.req.start_time())), 1, 0)

    local id = ngx.worker.id()
    if id then
        counters:incr(worker_key(id, "requests"), 1, 0)
        counters:set(worker_key(id, "memory"), collectgarbage("count"))
    end
end


local function describe_worker(id)
    return {
        id = id,
        pid = counters:get(worker_key(id, "pid")),
        uptime = math.floor(ngx.now() - (counters:get(worker_key(id, "started")) or ngx.now())),
        requests = counters:get(worker_key(id, "requests")) or 0,
        lua_kilobytes = math.floor(counters:get(worker_key(id, "memory")) or 0),
    }
end


function M.snapshot()
    local status = {}
    for class = 2, 5 do
        status[class .. "xx"] = counters:get("status:" .. class) or 0
    end

    local times = {}
    for i, bound in ipairs(BOUNDS) do
        times[i] = { up_to_ms = bound, count = counters:get("time:" .. bound) or 0 }
    end
    times[#times + 1] = { count = counters:get("time:more") or 0 }

    local workers = {}
    for id = 0, ngx.worker.count() - 1 do
        workers[id + 1] = describe_worker(id)
    end

    return {
        requests = counters:get("requests") or 0,
        status = status,
        times = times,
        workers = workers,
        answered_by = ngx.worker.pid(),
        links_free_bytes = ngx.shared.links:free_space(),
    }
end


return M
