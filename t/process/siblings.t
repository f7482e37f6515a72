# ngx.worker.pids beside processes that are no workers: cache manager and loader, privileged agent.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

workers(2);
master_on();
repeat_each(1);
run_tests();

__DATA__

=== only workers are named, whatever was born later
--- http_config
proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=cache:1m;
init_by_lua_block { assert(require("ngx.process").enable_privileged_agent()) }
--- lua
-- The name of a process, once it has one.
local function title(pid)
    local f = io.open("/proc/" .. pid .. "/cmdline")
    local text = f and f:read("*a")
    if f then f:close() end
    return text and text:match("^nginx: (%a+ process)") or "?"
end

for i = 1, 500 do
    local names = {}
    for _, pid in ipairs(ngx.worker.pids()) do
        names[#names + 1] = title(pid)
    end
    if table.concat(names, ",") == "worker process,worker process" then
        ngx.say("two workers")
        break
    end
    ngx.sleep(0.01)
end

-- All children of the master are there, and still only workers are named.
for i = 1, 500 do
    local list = io.popen("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'")
    local text = list:read("*a")
    list:close()
    if text:find("cache manager", 1, true) and text:find("privileged agent", 1, true) then
        ngx.sleep(0.1)
        ngx.say(#ngx.worker.pids())
        return
    end
    ngx.sleep(0.01)
end
--- response_body
two workers
2
