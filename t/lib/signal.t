# lua-resty-signal.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

env_to_nginx("PATH");
repeat_each(2);
run_tests();

__DATA__

=== numbers of names
--- lua
local signum = require("resty.signal").signum
ngx.say(signum("NONE"), " ", signum("HUP"), " ", signum("INT"), " ", signum("KILL"), " ", signum("TERM"))
for _, name in ipairs { "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "CHLD", "CONT",
    "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "SYS" }
do
    local shell = io.popen("kill -l " .. signum(name))
    local known = shell:read("*l")
    shell:close()
    if known ~= name and not (name == "IO" and known == "POLL") then
        ngx.say(name, " ", signum(name), " ", known)
    end
end
ngx.say(signum(42))
ngx.say(signum("SIGTERM"))
ngx.say(signum("nonsense"))
--- response_body
0 1 2 9 15
42
nilunknown signal name
nilunknown signal name



=== a signal that this system does not have
--- lua
local ok, err = pcall(require("resty.signal").signum, "EMT")
ngx.say(ok, " ", (err:gsub("^.*: ", "")))
--- response_body
false missing C def for signal EMT = 31



=== sending
--- lua
local kill = require("resty.signal").kill
local proc = require("ngx.pipe").spawn({ "sleep", 60 })
ngx.say(kill(proc:pid(), "NONE"))
ngx.say(kill(proc:pid(), "nonsense"))
ngx.say(kill(tostring(proc:pid()), 15))
ngx.say(select(2, proc:wait()), " ", (kill(proc:pid(), 0)))
ngx.say(kill(proc:pid(), "NONE"))
ngx.say((pcall(kill, proc:pid())), " ", (pcall(kill, nil, "TERM")))
--- response_body
true
nilunknown signal name
true
signal nil
nilNo such process
false false



=== the library is looked for where C modules are
--- lua
package.loaded["resty.signal"] = nil
local cpath = package.cpath
package.cpath = "/nowhere/?.so;?.so"
local ok, err = pcall(require, "resty.signal")
package.cpath = cpath
package.loaded["resty.signal"] = nil
ngx.say(ok, " ", err:match("could not load.*"))
ngx.say(type(require("resty.signal").kill))
--- response_body
false could not load librestysignal.so from the following paths:
/nowhere/librestysignal.so
./librestysignal.so
function
