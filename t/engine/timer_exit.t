# Timers when a worker ends or is replaced, and where else they come from.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

master_on();
workers(1);
repeat_each(1);
run_tests();

__DATA__

=== a reload makes pending timers premature; those without delay still run and may be made
--- http_config
lua_shared_dict seen 1m;
--- config
location = /old {
    content_by_lua_block {
        local seen = ngx.shared.seen
        local function note(name) seen:rpush("notes", name) end
        local function chained(premature, n)
            note("chained " .. tostring(premature))
            if n > 1 then ngx.timer.at(0, chained, n - 1) end
        end
        ngx.timer.at(3600, function (premature)
            note("far " .. tostring(premature))
            note(select(2, ngx.timer.at(1, chained)))
            ngx.timer.at(0, chained, 2)
            ngx.sleep(0.01)
            note("slept")
        end)
        ngx.timer.every(1800, function (premature) note("every " .. tostring(premature)) end)
        ngx.say(ngx.worker.pid())
    }
}
--- lua
local old = ngx.location.capture("/old").body
os.execute("kill -HUP $(cat " .. ngx.config.prefix() .. "logs/nginx.pid)")
local notes, seen = {}, ngx.shared.seen
repeat
    ngx.sleep(0.002)
    notes[#notes + 1] = seen:lpop("notes")
until #notes == 6
table.sort(notes)
ngx.say(table.concat(notes, "\n"))
--- response_body
chained false
chained false
every true
far true
process exiting
slept
--- timeout: 20



=== thousands of pending timers end with the worker
--- http_config
lua_shared_dict seen 1m;
lua_max_pending_timers 20000;
--- lua
local seen = ngx.shared.seen
local function count(premature) seen:incr(tostring(premature), 1, 0) end
for i = 1, 10000 do
    assert(ngx.timer.at(1000 + i, count))
end
os.execute("kill -HUP $(cat " .. ngx.config.prefix() .. "logs/nginx.pid)")
repeat ngx.sleep(0.002) until seen:get("true") == 10000
ngx.say(tostring(seen:get("false")), " ", ngx.timer.pending_count())
--- response_body
nil 0
--- timeout: 20



=== init_worker_by_lua makes timers, whose log lines name nobody
--- http_config
init_worker_by_lua_block {
    ngx.timer.at(0, function (premature, word)
        ngx.log(ngx.WARN, "from ", word)
        package.loaded.word = word
    end, "init_worker")
}
--- lua
repeat ngx.sleep(0.001) until package.loaded.word
ngx.say(package.loaded.word)
--- response_body
init_worker
--- error_log eval
qr/\[warn\] .*?: from init_worker, context: ngx.timer$/m



=== init_by_lua and exit_worker_by_lua do not
--- http_config
init_by_lua_block { package.loaded.init = select(2, pcall(ngx.timer.at, 0, function () end)) }
exit_worker_by_lua_block {
    ngx.log(ngx.WARN, "exit_worker: ", select(2, pcall(ngx.timer.at, 0, function () end)))
}
--- lua
ngx.say(package.loaded.init)
--- response_body
no request
--- shutdown_error_log
exit_worker: API disabled in the context of exit_worker_by_lua*



=== phases that cannot wait make timers
--- config
location = /all {
    set_by_lua_block $x { count() return 1 }
    header_filter_by_lua_block { count() }
    body_filter_by_lua_block { if ngx.arg[2] then count() end }
    log_by_lua_block { count() }
    return 200 $x;
}
--- http_config
init_by_lua_block {
    local function callback() total = total + ngx.timer.running_count() end
    function count() ngx.timer.at(0, callback) end
    total = 0
}
--- lua
ngx.location.capture("/all")
repeat ngx.sleep(0.001) until total == 3
local socket = io.popen("curl -s http://127.0.0.1:" .. ngx.var.server_port .. "/all & sleep 0")
socket:close()
repeat ngx.sleep(0.001) until total == 7
ngx.say(total)
--- response_body
7



=== without code cache a timer has the request's VM
--- http_config
lua_shared_dict seen 1m;
--- config
lua_code_cache off;
location = /request {
    content_by_lua_block {
        package.loaded.mine = "mine"
        local number = (ngx.shared.seen:incr("vms", 1, 0))
        ngx.timer.at(0, function ()
            ngx.sleep(0.01)
            collectgarbage()
            ngx.shared.seen:set("vm " .. number, package.loaded.mine)
        end)
    }
}
--- lua
local seen = ngx.shared.seen
for i = 1, 2 do
    ngx.location.capture("/request")
end
repeat ngx.sleep(0.001) until seen:get("vm 2")
ngx.say(seen:get("vm 1"), " ", seen:get("vm 2"), " ", seen:get("vms"))
--- response_body
mine mine 2
--- no_error_log
[error]
