-- Small things to look at: the phases of a request, light threads.

local reply = require "demo.reply"


local M = {}


-- Notes that the running phase was here. ngx.ctx lives as long as the request.
function M.visit()
    local visited = ngx.ctx.visited
    if not visited then
        visited = {}
        ngx.ctx.visited = visited
    end

    local phase = ngx.get_phase()
    -- body_filter runs for each piece of the body: once is enough here.
    if visited[#visited] ~= phase then
        visited[#visited + 1] = phase
    end
    return phase
end


-- The phases up to this one; those after it are seen in the log line.
function M.show()
    M.visit()
    return reply.json(ngx.HTTP_OK, { visited = ngx.ctx.visited })
end


function M.log()
    M.visit()
    ngx.log(ngx.NOTICE, "phases of this request: ", table.concat(ngx.ctx.visited, " "))
end


local function wait(seconds)
    ngx.sleep(seconds)
    return seconds
end


function M.threads()
    local started = ngx.now()
    local threads = {}
    for i = 1, 3 do
        threads[i] = ngx.thread.spawn(wait, 0.1)
    end

    local waited = 0
    for i = 1, 3 do
        local ok, seconds = ngx.thread.wait(threads[i])
        if not ok then
            return reply.fail(ngx.HTTP_INTERNAL_SERVER_ERROR, "a thread failed")
        end
        waited = waited + seconds
    end

    ngx.update_time()
    return reply.json(ngx.HTTP_OK, {
        waited_seconds = waited,
        elapsed_seconds = ngx.now() - started,
    })
end


return M
