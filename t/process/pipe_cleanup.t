# What ngx.pipe leaves behind: nothing. Child processes, file descriptors, and what else uses SIGCHLD.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

env_to_nginx("PATH");
master_on();
repeat_each(2);
no_long_string();

# `open_files()`: how many file descriptors the worker has; `state(pid)`: that of a process (Z: ended, not collected),
# nil if it is gone; `poll(f)`: until f() is true.
add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value(http_config => ($block->http_config // '') . <<'END');
init_by_lua_block {
    function open_files()
        local list = io.popen("ls /proc/" .. ngx.worker.pid() .. "/fd")
        local _, n = list:read("*a"):gsub("\n", "")
        list:close()
        return n
    end
    function state(pid)
        local f = io.open("/proc/" .. pid .. "/stat")
        local line = f and f:read("*l")
        if f then f:close() end
        return line and line:match("%) (%a)")
    end
    function poll(f)
        for i = 1, 500 do
            if f() then return true end
            ngx.sleep(0.01)
        end
    end
}
END
});
run_tests();

__DATA__

=== processes that were waited for leave no descriptor
--- lua
local spawn = require("ngx.pipe").spawn
local function round()
    local proc = spawn("cat; echo err >&2")
    proc:write("data")
    proc:shutdown("stdin")
    proc:stdout_read_all()
    proc:stderr_read_all()
    proc:wait()
end
round()
local before = open_files()
for i = 1, 50 do round() end
ngx.say(open_files() - before < 10) -- a connection may come or go meanwhile
--- response_body
true
--- timeout: 20



=== an object that is collected kills its child, which leaves no zombie
--- lua
local pids = {}
local before
for i = 1, 10 do
    pids[i] = require("ngx.pipe").spawn({ "sleep", 600 }):pid()
    before = before or open_files() - 3
end
ngx.say(state(pids[10]) ~= nil)
collectgarbage()
ngx.say(poll(function()
    for _, pid in ipairs(pids) do
        if state(pid) then return false end
    end
    return open_files() == before
end))
--- response_body
true
true



=== the end of the request that made it kills a child
--- config
location = /spawn {
    content_by_lua_block {
        proc = require("ngx.pipe").spawn({ "sleep", 600 })
        ngx.say(proc:pid())
    }
}
location = /check {
    content_by_lua_block {
        ngx.say(poll(function() return not state(ngx.var.arg_pid) end))
        ngx.say(proc:stdout_read_line())
    }
}
location = /t {
    content_by_lua_block {
        local function get(uri)
            local p = require("ngx.pipe").spawn({ "curl", "-s", "http://127.0.0.1:" .. ngx.var.server_port .. uri })
            return p:stdout_read_all()
        end
        local pid = get("/spawn"):match("%d+")
        ngx.print(get("/check?pid=" .. pid))
    }
}
--- request
GET /t
--- response_body
true
nilclosed



=== an aborted handler cancels what its tasks wait for
--- config
location = /t {
    content_by_lua_block {
        local proc = require("ngx.pipe").spawn({ "sleep", 600 })
        ngx.thread.spawn(function() proc:stdout_read_line() end)
        ngx.thread.spawn(function() proc:stderr_read_line() end)
        ngx.thread.spawn(function() proc:write(string.rep("x", 1000000)) end)
        ngx.thread.spawn(function() proc:wait() end)
        ngx.say("bye")
        ngx.exit(200)
    }
}
--- request
GET /t
--- response_body
bye
--- no_error_log
[error]
[alert]



=== children inherit none of the server's descriptors, signals and CPU bindings
--- lua
local proc = require("ngx.pipe").spawn("ls /proc/self/fd; grep -E '^Sig(Blk|Ign)' /proc/self/status")
-- Signals 32 and 33 are the C library's own, which no program can reset; make starts its commands
-- with them ignored.
ngx.print((proc:stdout_read_all():gsub("\t", " "):gsub("(SigIgn: %x+)180000000\n", "%1000000000\n")))
--- response_body
0
1
2
3
SigBlk: 0000000000000000
SigIgn: 0000000000000000



=== io.popen and os.execute still get the status of their child
--- lua
local proc = require("ngx.pipe").spawn({ "cat" })
local f = io.popen("exit 3")
ngx.say((select(3, f:close())), " ", (select(3, os.execute("exit 4"))))
proc:kill(9)
ngx.say((select(2, proc:wait())))
--- response_body
3 4
signal
