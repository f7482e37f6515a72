-- resty.shell: runs a command to its end and collects what it prints.
local ngx_pipe = require "ngx.pipe"
local signal = require "resty.signal"
local tablepool = require "tablepool"

local ngx_sleep = ngx.sleep
local spawn = ngx_pipe.spawn
local spawn_thread = ngx.thread.spawn
local tostring = tostring
local wait_thread = ngx.thread.wait

local DEFAULT_MAX_SIZE = 128 * 1024
local BUFFER_SIZE = 32 * 1024
-- How long a child has between SIGTERM and SIGKILL, in seconds.
local GRACE = 0.001
local POOL = "resty.shell"

local SIGTERM = signal.signum("TERM")
local SIGKILL = signal.signum("KILL")

local M = { version = 0.03 }


-- Ends the child. Returns `reason`, with what prevented that added.
local function terminate(proc, reason)
    local ok, err = proc:kill(SIGTERM)

    if ok then
        ngx_sleep(GRACE)
        ok, err = proc:kill(SIGKILL)
    end

    if not ok and err ~= "exited" then
        return reason .. "; failed to kill process " .. proc:pid() .. ": " .. err
    end

    return reason
end


-- Reads one stream to its end. One byte more than allowed shows that there is too much: the child
-- would wait forever for somebody to read the rest.
local function collect(proc, method, max_size)
    local data, err, partial = proc[method](proc, max_size + 1)

    if data then
        return nil, data, terminate(proc, "too much data")
    end

    if err == "closed" then
        return true, partial or ""
    end

    return nil, partial or "", err
end


-- The text of a stream, and what was wrong with it.
local function join(thread, name)
    local ok, complete, data, err = wait_thread(thread)

    if not ok then
        return nil, "failed to wait " .. name .. " thread: " .. tostring(complete)
    end

    if not complete then
        return data, "failed to read " .. name .. ": " .. err
    end

    return data
end


local function feed(proc, stdin)
    if stdin and stdin ~= "" then
        local ok, err = proc:write(stdin)

        if not ok then
            return "failed to write to stdin: " .. err
        end
    end

    local ok, err = proc:shutdown("stdin")

    if not ok then
        return "failed to shutdown stdin: " .. err
    end
end


-- Runs a command for the shell, or an array of a program and its arguments. Returns whether it
-- ended well (nil: it could not be run to its end), its stdout and stderr, why it ended ("exit",
-- "signal", or an error), and the status or signal number.
function M.run(cmd, stdin, timeout, max_size)
    max_size = max_size or DEFAULT_MAX_SIZE

    local opts = tablepool.fetch(POOL, 0, 1)
    opts.buffer_size = BUFFER_SIZE
    local proc, err = spawn(cmd, opts)
    tablepool.release(POOL, opts)

    if not proc then
        return nil, nil, nil, "failed to spawn: " .. err
    end

    if timeout then
        proc:set_timeouts(timeout, timeout, timeout, timeout)
    end

    local failed = feed(proc, stdin)

    if failed then
        return nil, nil, nil, terminate(proc, failed)
    end

    local out_thread = spawn_thread(collect, proc, "stdout_read_bytes", max_size)
    local err_thread = spawn_thread(collect, proc, "stderr_read_bytes", max_size)
    local ok, reason, status = proc:wait()

    if ok == nil then
        -- Not before the streams have been read: the time that is over is theirs, too.
        reason = terminate(proc, "failed to wait for process: " .. reason)
    end

    local out, out_failed = join(out_thread, "stdout")
    local errors, err_failed = join(err_thread, "stderr")

    if ok ~= nil and (out_failed or err_failed) then
        return nil, out, errors, out_failed or err_failed
    end

    return ok, out, errors, reason, status
end


return M
