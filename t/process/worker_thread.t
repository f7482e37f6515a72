# ngx.run_worker_thread: functions in threads of nginx's pools, with values copied between VMs.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

our $html = html_dir();

# The modules that the threads run lie in the html folder.
add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value(main_config => 'thread_pool jobs threads=4;') if !defined $block->main_config;
    $block->set_value(http_config => ($block->http_config // '') . "lua_package_path '$main::html/?.lua;;';");
    $block->set_value(user_files => <<'END');
>>> jobs.lua
local ffi = require "ffi"
local M = { text = "no function" }
local calls = 0

function M.same(...) return ... end
function M.count() calls = calls + 1 return calls end
function M.fails() error("on purpose", 0) end
function M.fails_oddly() error({}) end
function M.returns_function() return { print } end
ffi.cdef "int poll(void *fds, unsigned long n, int timeout);"
-- (os.execute would have the server ignore SIGQUIT meanwhile.)
function M.sleep(seconds) ffi.C.poll(nil, 0, seconds * 1000) return "slept" end
function M.get(name) return loadstring("return " .. name)() end
function M.set(key, value) return ngx.shared.dict:set(key, value) end
return M
>>> broken.lua
return function(
>>> number.lua
return 7
END
});

repeat_each(2);
no_long_string();
run_tests();

__DATA__

=== arguments and results of every type
--- lua
ngx.say(ngx.run_worker_thread("jobs", "jobs", "same"))
local ok, a, b, c, d, e = ngx.run_worker_thread("jobs", "jobs", "same", 1.5, "a\0b", true, nil, ngx.null)
ngx.say(ok, " ", a, " ", #b, " ", c, " ", d, " ", e == ngx.null)
local shared = { 1 }
local _, t = ngx.run_worker_thread("jobs", "jobs", "same", { shared, shared, key = { [true] = "deep" }, [2.5] = 1 })
ngx.say(t[1][1], " ", t[1] == t[2], " ", t.key[true], " ", t[2.5])
local _, big = ngx.run_worker_thread("jobs", "jobs", "same", string.rep("x", 1000000))
ngx.say(#big)
ngx.say(select("#", ngx.run_worker_thread("jobs", "jobs", "same", nil, nil)))
--- response_body
true
true 1.5 3 true nil true
1 false deep 1
1000000
3



=== what cannot be copied
--- lua
local function run(...) ngx.say(ngx.run_worker_thread("jobs", "jobs", "same", ...)) end
run(print)
run(coroutine.create(function() end))
run(io.stdout)
run({ { require("ffi").new("int") } })
local loop = {}
loop.loop = loop
run(loop)
ngx.say(ngx.run_worker_thread("jobs", "jobs", "returns_function"))
--- response_body
falseunsupported Lua type: LUA_TFUNCTION in the argument
falseunsupported Lua type: LUA_TTHREAD in the argument
falseunsupported Lua type: LUA_TUSERDATA in the argument
falseunsupported Lua type in the argument
falsesuspicious circular references, table depth exceed max depth: 100 in the argument
falseunsupported Lua type: LUA_TFUNCTION in the return value



=== wrong arguments
--- lua
local run = ngx.run_worker_thread
ngx.say(run())
ngx.say(run("jobs", "jobs"))
ngx.say(run({}, "jobs", "same"))
ngx.say(run("jobs", {}, "same"))
ngx.say(run("jobs", "jobs", print))
ngx.say(run("nobody", "jobs", "same"))
ngx.say(run("jobs", "jobs", "text"))
ngx.say(run("jobs", "jobs", "none"))
ngx.say(run("jobs", "number", "same"))
ngx.say((select(2, run("jobs", "missing", "same")):match("^[^\n]*")))
ngx.say((select(2, run("jobs", "broken", "same")):match("broken.lua:%d+: ")) ~= nil)
ngx.say(run("jobs", "jobs", "fails"))
ngx.say(run("jobs", "jobs", "same", "still works"))
--- response_body
falseexpecting at least 3 arguments
falseexpecting at least 3 arguments
falsethreadpool should be a string
falsemodule name should be a string
falsefunction name should be a string
falsethread pool nobody not found
falseinvalid function
falseinvalid function
falseinvalid lua module
module 'missing' not found:
true
falseon purpose
truestill works



=== the API of a thread
--- http_config
lua_shared_dict dict 64k;
--- lua
local function get(expression)
    return (select(2, ngx.run_worker_thread("jobs", "jobs", "get", expression)))
end
ngx.say(get "ngx.md5('a') == ngx.md5('a') and ngx.encode_base64('a')", " ", get "ngx.config.subsystem", " ",
    get "ngx.encode_args({ a = 1 })", " ", get "ngx.escape_uri('a b')", " ", get "ngx.quote_sql_str('q')")
ngx.say(get "ngx.crc32_long('a')" == ngx.crc32_long("a"), " ", get "ngx.config.prefix()" == ngx.config.prefix(), " ",
    get "ngx.config.ngx_lua_version")
ngx.say(get "ngx.sleep", " ", get "ngx.say", " ", get "package.path" == package.path)
ngx.say(ngx.run_worker_thread("jobs", "jobs", "set", "key", "from a thread"))
ngx.say(ngx.shared.dict:get("key"))
--- response_body
YQ== http a=1 a%20b 'q'
true true 10029
nil nil true
truetruenilfalse
from a thread



=== the worker serves others meanwhile, and only so many VMs are made
--- http_config
lua_worker_thread_vm_pool_size 1;
--- lua
local slow = ngx.thread.spawn(function() return ngx.run_worker_thread("jobs", "jobs", "sleep", 0.2) end)
ngx.say(ngx.run_worker_thread("jobs", "jobs", "same", 1))
ngx.say(select(2, ngx.thread.wait(slow)))
ngx.say(ngx.run_worker_thread("jobs", "jobs", "same", 1))
--- response_body
falseno available Lua vm
trueslept
true1



=== a killed thread leaves its job alone; the VM comes back
--- http_config
lua_worker_thread_vm_pool_size 1;
--- lua
local slow = ngx.thread.spawn(function() ngx.run_worker_thread("jobs", "jobs", "sleep", 0.1) end)
ngx.say(ngx.thread.kill(slow))
for i = 1, 500 do
    local ok, value = ngx.run_worker_thread("jobs", "jobs", "same", "back")
    if ok then
        ngx.say(value)
        break
    end
    ngx.sleep(0.01)
end
--- response_body
1
back



=== the end of the request drops the results
--- lua
ngx.thread.spawn(function()
    ngx.run_worker_thread("jobs", "jobs", "sleep", 0.1)
    ngx.log(ngx.ERR, "not reached")
end)
ngx.say("bye")
ngx.exit(200)
--- response_body
bye



=== phases that cannot wait
--- config
header_filter_by_lua_block {
    ngx.header.Refused = select(2, pcall(ngx.run_worker_thread, "jobs", "jobs", "same"))
}
--- lua
ngx.say("ok")
--- response_headers
Refused: API disabled in the context of header_filter_by_lua*
