-- Calls each function of the API in each phase and notes whether the phase may call it.
--
-- Results lie in a shared dictionary, by "function phase": + may be called (whatever else it has to
-- say), x "API disabled in the context of" that phase, c "API disabled in the current context",
-- n "no request" or the like, or another text.
local M = {}

local CONTEXT = {
    set = "set_by_lua*", server_rewrite = "server_rewrite_by_lua*", rewrite = "rewrite_by_lua*",
    access = "access_by_lua*", precontent = "precontent_by_lua*", content = "content_by_lua*",
    header_filter = "header_filter_by_lua*", body_filter = "body_filter_by_lua*",
    log = "log_by_lua*", timer = "ngx.timer", balancer = "balancer_by_lua*",
    init_worker = "init_worker_by_lua*", exit_worker = "exit_worker_by_lua*", init = "(unknown)",
}

local NO_REQUEST = {
    ["no request found"] = true, ["no request object found"] = true, ["no request"] = true,
    ["request object not found"] = true,
}

local function nothing() end

local function semaphore()
    return require("ngx.semaphore").new()
end

-- In groups that have the same rules.
M.calls = {
    { "ngx.log", function () ngx.log(ngx.INFO, "matrix") end },
    { "ngx.config.prefix", function () return ngx.config.prefix() end },
    { "ngx.shared", function () return ngx.shared.matrix:get("a") end },
    { "ngx.md5", function () return ngx.md5("a") end },
    { "ngx.escape_uri", function () return ngx.escape_uri("a") end },
    { "ngx.now", function () return ngx.now() end },
    { "ngx.re.find", function () return ngx.re.find("a", "a") end },
    { "ngx.get_phase", function () return ngx.get_phase() end },
    { "ngx.worker.id", function () return ngx.worker.id() or 0 end },
    { "ngx.worker.exiting", function () return ngx.worker.exiting() end },
    { "ngx.worker.pids", function () return ngx.worker.pids() end },
    { "ngx.ctx", function () return ngx.ctx end },
    { "ngx.arg", function () return ngx.arg[1] or 0 end },

    { "ngx.var", function () return ngx.var.uri end },
    { "ngx.var=", function () ngx.var.matrix = "a" end },
    { "ngx.status", function () return ngx.status end },
    { "ngx.status=", function () ngx.status = 200 end },
    { "ngx.header", function () return ngx.header.a or 0 end },
    { "ngx.header=", function () ngx.header.a = "a" end },
    { "ngx.resp.get_headers", function () return ngx.resp.get_headers() end },
    { "ngx.headers_sent", function () return ngx.headers_sent end },
    { "ngx.is_subrequest", function () return ngx.is_subrequest end },
    { "ngx.req.get_headers", function () return ngx.req.get_headers() end },
    { "ngx.req.set_header", function () ngx.req.set_header("a", "b") end },
    { "ngx.req.clear_header", function () ngx.req.clear_header("a") end },
    { "ngx.req.get_method", function () return ngx.req.get_method() end },
    { "ngx.req.set_method", function () ngx.req.set_method(ngx.HTTP_GET) end },
    { "ngx.req.http_version", function () return ngx.req.http_version() end },
    { "ngx.req.raw_header", function () return ngx.req.raw_header() end },
    { "ngx.req.is_internal", function () return ngx.req.is_internal() end },
    { "ngx.req.get_uri_args", function () return ngx.req.get_uri_args() end },
    { "ngx.req.set_uri_args", function () ngx.req.set_uri_args("a=b") end },
    { "ngx.req.set_uri", function () ngx.req.set_uri("/ok") end },
    { "ngx.req.start_time", function () return ngx.req.start_time() end },
    { "ngx.req.set_uri jump", function () ngx.req.set_uri("/ok", true) end },

    { "ngx.req.read_body", function () ngx.req.read_body() end },
    { "ngx.req.socket", function () return ngx.req.socket() end },
    { "ngx.req.discard_body", function () ngx.req.discard_body() end },
    { "ngx.req.get_body_data", function () return ngx.req.get_body_data() end },
    { "ngx.req.get_body_file", function () return ngx.req.get_body_file() end },
    { "ngx.req.set_body_data", function () ngx.req.set_body_data("a") end },
    { "ngx.req.init_body", function () ngx.req.init_body() end },
    { "ngx.req.append_body", function () ngx.req.append_body("a") end },
    { "ngx.req.finish_body", function () ngx.req.finish_body() end },

    { "ngx.print", function () return ngx.print("") end },
    { "ngx.say", function () return ngx.say("") end },
    { "ngx.flush", function () return ngx.flush() end },
    { "ngx.eof", function () return ngx.eof() end },
    { "ngx.send_headers", function () return ngx.send_headers() end },
    { "ngx.redirect", function () return ngx.redirect("/ok") end },
    { "ngx.exec", function () return ngx.exec("/ok") end },
    { "ngx.exit", function () return ngx.exit(ngx.OK) end },
    { "ngx.on_abort", function () return ngx.on_abort(nothing) end },
    { "ngx.location.capture", function () return ngx.location.capture("/ok") end },
    { "ngx.location.capture_multi",
      function () return ngx.location.capture_multi { { "/ok" } } end },

    { "ngx.sleep", function () ngx.sleep(0) end },
    { "ngx.thread.spawn", function () return ngx.thread.spawn(nothing) end },
    { "ngx.thread.wait", function () return ngx.thread.wait(ngx.thread.spawn(nothing)) end },
    { "semaphore.new", function () return semaphore() end },
    { "semaphore:post", function () return semaphore():post() end },
    { "semaphore:wait", function () return semaphore():wait(0.001) end },
    { "ngx.socket.tcp", function () return ngx.socket.tcp() end },
    { "ngx.socket.connect", function () return ngx.socket.tcp():connect("127.0.0.1", 1) end },
    { "coroutine", function () return coroutine.wrap(nothing)() end },
    { "ngx.timer.at", function () return ngx.timer.at(0, nothing) end },
    { "ngx.timer.every", function () return ngx.timer.every(1000, nothing) end },
    { "ngx.timer.running_count", function () return ngx.timer.running_count() end },
    { "ngx.timer.pending_count", function () return ngx.timer.pending_count() end },
}


local function verdict(phase, message)
    local text = tostring(message):gsub("^%S+:%d+: ", "")

    if text == "API disabled in the context of " .. CONTEXT[phase] then
        return "x"
    end

    if text == "API disabled in the current context" then
        return "c"
    end

    return NO_REQUEST[text] and "n" or not text:find("API disabled", 1, true) and "+" or text
end


-- Calls function number n; one that ends the handler leaves the mark that was made before it.
function M.try(phase, n)
    local name, call = unpack(M.calls[n])
    local results = ngx.shared.matrix
    local key = name .. " " .. phase

    results:set(key, "+")
    local ok, result, err = pcall(call)

    if not ok then
        results:set(key, verdict(phase, result))

    elseif result == nil and err then
        results:set(key, verdict(phase, err))
    end
end


function M.try_all(phase)
    for n = 1, #M.calls do
        M.try(phase, n)
    end
end


-- The results, a line for each function; columns are headed by the first letters of the phases.
function M.lines(phases)
    local lines = { "" }

    for _, phase in ipairs(phases) do
        lines[1] = lines[1] .. ("%-3s"):format((phase:gsub("(%l)%l*_?", "%1")))
    end

    lines[1] = lines[1] .. "function"

    for n, call in ipairs(M.calls) do
        local line = ""

        for _, phase in ipairs(phases) do
            line = line .. ("%-3s"):format(ngx.shared.matrix:get(call[1] .. " " .. phase) or "?")
        end

        lines[n + 1] = line .. call[1]
    end

    return table.concat(lines, "\n")
end


return M
