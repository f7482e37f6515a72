# ngx.pipe: starting child processes, reading, writing, waiting.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

env_to_nginx("PATH");
repeat_each(2);
no_long_string();
run_tests();

__DATA__

=== what a shell command prints, and how it ended
--- lua
local spawn = require("ngx.pipe").spawn
local proc = spawn("echo out; echo err >&2; exit 3")
ngx.say(type(proc:pid()))
ngx.say(proc:stdout_read_all() == "out\n", " ", proc:stderr_read_all() == "err\n")
ngx.say(tostring(proc:wait()), " ", select(2, spawn("exit 3"):wait()), " ", (select(3, spawn("exit 3"):wait())))
ngx.say(spawn("true"):wait())
--- response_body
number
true true
false exit 3
trueexit0



=== a child killed by a signal
--- lua
local proc = require("ngx.pipe").spawn({ "sleep", 60 })
ngx.say(proc:kill(15))
local ok, reason, signo = proc:wait()
ngx.say(ok, " ", reason, " ", signo)
ngx.say(proc:kill(15))
ngx.say(proc:wait())
--- response_body
true
false signal 15
nilexited
nilexited



=== a program's arguments: tostring'ed in place, up to a hole
--- lua
local args = { "echo", 1, true, nil, "lost" }
local proc = require("ngx.pipe").spawn(args)
ngx.print(proc:stdout_read_all())
ngx.say(type(args[2]), " ", type(args[3]))
--- response_body
1 true
string string



=== patterns of reading take from one buffer
--- lua
local proc = require("ngx.pipe").spawn({ "printf", [[one\r\ntwo\n123456rest]] })
ngx.say(proc:stdout_read_bytes(0) == "")
ngx.say(proc:stdout_read_line())
ngx.say(proc:stdout_read_line())
ngx.say(proc:stdout_read_bytes(3))
ngx.say(proc:stdout_read_any(2))
ngx.say(proc:stdout_read_any(100))
ngx.say(proc:stdout_read_line())
ngx.say(proc:stdout_read_all())
--- response_body
true
one
two
123
45
6rest
nilclosed
nilclosed



=== what was read before the end is the third result
--- lua
local spawn = require("ngx.pipe").spawn
local data, err, partial = spawn({ "printf", "abc" }):stdout_read_line()
ngx.say(data, " ", err, " ", partial)
data, err, partial = spawn({ "printf", "abc" }):stdout_read_bytes(4)
ngx.say(data, " ", err, " ", partial)
data, err, partial = spawn({ "true" }):stdout_read_any(4)
ngx.say(data, " ", err, " ", partial)
ngx.say(spawn({ "true" }):stdout_read_all() == "")
--- response_body
nil closed abc
nil closed abc
nil closed nil
true



=== much data, in both directions at once
--- lua
local proc = require("ngx.pipe").spawn({ "cat" })
local data = string.rep("0123456789abcdef", 64 * 1024)
local writer = ngx.thread.spawn(function()
    local n = proc:write(data)
    proc:shutdown("stdin")
    return n
end)
local copy = proc:stdout_read_all()
local _, n = ngx.thread.wait(writer)
ngx.say(n, " ", copy == data, " ", (proc:wait()))
--- response_body
1048576 true true



=== writing numbers and tables
--- lua
local proc = require("ngx.pipe").spawn({ "cat" })
ngx.say(proc:write(12), " ", proc:write({ "a", "bc", 3 }), " ", proc:write(""))
proc:shutdown("stdin")
ngx.say(proc:stdout_read_all())
--- response_body
2 4 0
12abc3



=== merged streams
--- lua
local proc = require("ngx.pipe").spawn("echo a; echo b >&2", { merge_stderr = true })
ngx.print(proc:stdout_read_all())
ngx.say(proc:stderr_read_all())
ngx.say(proc:stderr_read_line())
ngx.say(proc:stderr_read_bytes(1))
ngx.say(proc:stderr_read_any(1))
ngx.say(proc:shutdown("stderr"))
--- response_body
a
b
nilmerged to stdout
nilmerged to stdout
nilmerged to stdout
nilmerged to stdout
nilmerged to stdout



=== the environment
--- lua
local spawn = require("ngx.pipe").spawn
ngx.print(spawn("echo $A-$B", { environ = { "A=1", "B=2" } }):stdout_read_all())
ngx.print(spawn("echo ${PATH:+path}", { environ = {} }):stdout_read_all())
ngx.print(spawn({ "env" }, { environ = { "A=b=c", nil, "B=2" } }):stdout_read_all())
--- response_body
1-2
path
A=b=c



=== a program that does not exist
--- lua
local proc = require("ngx.pipe").spawn({ "/no/such/program" })
local ok, reason, status = proc:wait()
ngx.say(ok, " ", reason, " ", status)
--- response_body
false exit 1
--- error_log
lua pipe child execvp() failed while executing /no/such/program (2: No such file or directory)



=== timeouts
--- lua
local proc = require("ngx.pipe").spawn("printf ab; sleep 60",
    { stdout_read_timeout = 50, stderr_read_timeout = 50, wait_timeout = 50, write_timeout = 50 })
local data, err, partial = proc:stdout_read_bytes(3)
ngx.say(data, " ", err, " ", partial)
ngx.say((select(2, proc:stderr_read_line())))
ngx.say(proc:wait())
ngx.say(proc:write(string.rep("x", 1024 * 1024)))
proc:set_timeouts(nil, 20)
ngx.say((select(2, proc:stdout_read_any(1))))
--- response_body
nil timeout ab
timeout
niltimeout
niltimeout
timeout



=== one task at a time for each stream and for wait
--- lua
local proc = require("ngx.pipe").spawn({ "sleep", 60 })
local waiting = {
    ngx.thread.spawn(function() return proc:stdout_read_line() end),
    ngx.thread.spawn(function() return proc:stderr_read_line() end),
    ngx.thread.spawn(function() return proc:write(string.rep("x", 1024 * 1024)) end),
    ngx.thread.spawn(function() return proc:wait() end),
}
ngx.say(proc:stdout_read_any(1))
ngx.say(proc:stderr_read_any(1))
ngx.say(proc:write("x"))
ngx.say(proc:wait())
for _, direction in ipairs { "stdout", "stderr", "stdin" } do
    ngx.say(proc:shutdown(direction))
end
for i = 1, 3 do
    local _, value, err = ngx.thread.wait(waiting[i])
    ngx.say(value, " ", err)
end
proc:kill(9)
local _, ok, reason, signo = ngx.thread.wait(waiting[4])
ngx.say(ok, " ", reason, " ", signo)
--- response_body
nilpipe busy reading
nilpipe busy reading
nilpipe busy writing
nilpipe busy waiting
true
true
true
nil aborted
nil aborted
nil aborted
false signal 9



=== a killed thread leaves the pipe usable
--- lua
local proc = require("ngx.pipe").spawn({ "cat" })
local threads = {
    ngx.thread.spawn(function() proc:stdout_read_line() end),
    ngx.thread.spawn(function() proc:stderr_read_line() end),
    ngx.thread.spawn(function() proc:wait() end),
}
for _, thread in ipairs(threads) do
    ngx.thread.kill(thread)
end
proc:write("still there\n")
ngx.say(proc:stdout_read_line())
proc:shutdown("stdin")
ngx.say(proc:wait())
--- response_body
still there
trueexit0



=== when wait has told the end, the streams are closed
--- lua
local proc = require("ngx.pipe").spawn("echo unread")
ngx.say(proc:wait())
ngx.say(proc:stdout_read_line())
ngx.say(proc:stderr_read_all())
ngx.say(proc:write("x"))
ngx.say(proc:shutdown("stdin"))
ngx.say(type(proc:pid()))
--- response_body
trueexit0
nilclosed
nilclosed
nilclosed
nilclosed
number



=== a reader that waits gets everything, even if wait returns first
--- lua
local proc = require("ngx.pipe").spawn("echo early; (sleep 0.2; echo late) &")
local reader = ngx.thread.spawn(function() return proc:stdout_read_all() end)
ngx.say(proc:wait())
local _, data = ngx.thread.wait(reader)
ngx.print(data)
--- response_body
trueexit0
early
late



=== wrong arguments
--- lua
local spawn = require("ngx.pipe").spawn
fails(spawn)
fails(spawn, {})
fails(spawn, 7)
for _, opts in ipairs {
    { buffer_size = 0 }, { buffer_size = "x" }, { environ = "A=1" }, { environ = { 1 } }, { environ = { "A" } },
    { environ = { "=1" } }, { wait_timeout = -1 }, { write_timeout = 2 ^ 32 }, { stdout_read_timeout = "x" },
} do
    fails(spawn, { "true" }, opts)
end
local proc = spawn({ "cat" })
fails(proc.wait)
fails(proc.write, proc, nil)
fails(proc.write, proc, true)
fails(proc.kill, proc, "TERM")
fails(proc.shutdown, proc, "sideways")
fails(proc.stdout_read_bytes, proc, -1)
fails(proc.stderr_read_any, proc, 0)
fails(proc.set_timeouts, proc, -1)
ngx.say(proc:kill(10000))
--- response_body
bad args arg: table expected, got nil
bad args arg: non-empty table expected
bad args arg: table expected, got number
bad buffer_size option
bad buffer_size option
bad environ option: table expected, got string
bad value at index 1 of environ option: string expected, got number
bad value at index 1 of environ option: 'name=[value]' format expected, got 'A'
bad value at index 1 of environ option: 'name=[value]' format expected, got '=1'
bad wait_timeout option
bad write_timeout option
bad stdout_read_timeout option
not a process instance
bad data arg: string, number, or table expected, got nil
bad data arg: string, number, or table expected, got boolean
bad signal arg: number expected, got TERM
bad shutdown arg: sideways
bad len argument
bad max argument
bad write_timeout option
nilinvalid signal



=== no process can be started in init_by_lua, and none be waited for where tasks cannot wait
--- http_config
init_by_lua_block { in_init = select(2, pcall(require("ngx.pipe").spawn, "true")) }
--- config
header_filter_by_lua_block {
    ngx.ctx.proc = require("ngx.pipe").spawn({ "cat" })
    local ok, err = pcall(ngx.ctx.proc.wait, ngx.ctx.proc)
    ngx.header.Refused = err:gsub("^.*:%d+: ", "")
}
--- lua
ngx.say(in_init)
--- response_body
API disabled in the current context
--- response_headers
Refused: API disabled in the context of header_filter_by_lua*



=== the signal is logged as nginx does
--- lua
ngx.say(require("ngx.pipe").spawn("true"):wait())
--- response_body
trueexit0
--- error_log eval
qr/\[notice\] .* signal \d+ \(SIGCHLD\) received from \d+/
