# ngx.worker, the module ngx.process, os.getenv.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

workers(2);
master_on();
repeat_each(1);
run_tests();

__DATA__

=== a worker knows its number, pid and siblings
--- lua
local worker = ngx.worker
ngx.say(worker.count(), " ", worker.id() == 0 or worker.id() == 1, " ", worker.exiting())
local found
local pids = worker.pids()
for _, pid in ipairs(pids) do
    found = found or pid == worker.pid()
end
ngx.say(#pids, " ", found, " ", worker.pid() > 1)
--- response_body
2 true false
2 true true



=== before fork there are no siblings to name
--- http_config
init_by_lua_block {
    in_init = { ngx.worker.pids() }
    id_in_init = ngx.worker.id()
    count_in_init = ngx.worker.count()
    type_in_init = require("ngx.process").type()
}
init_worker_by_lua_block {
    in_init_worker = { ngx.worker.pids() }
}
--- lua
ngx.say(in_init[1], " ", in_init[2])
ngx.say(in_init_worker[1], " ", in_init_worker[2])
ngx.say(count_in_init, " ", type_in_init)
--- response_body
nil API disabled in the current context
nil API disabled in the current context
2 master



=== types of processes
--- lua
local process = require "ngx.process"
ngx.say(process.type(), " ", process.get_master_pid() ~= ngx.worker.pid(), " ", process.get_master_pid() > 0)
ngx.say(process.enable_privileged_agent())
--- response_body
worker true true
nilAPI disabled in the current context



=== the privileged agent's connections are a number
--- http_config
init_by_lua_block {
    local process = require "ngx.process"
    refused = { select(2, process.enable_privileged_agent("x")), select(2, process.enable_privileged_agent(-1)) }
}
--- lua
ngx.say(refused[1] == refused[2], " ", refused[1])
--- response_body
true bad 'connections' argument: number expected and greater than 0



=== settings of env directives are seen from init on
--- main_config
env MINE=text=more;
env EMPTY=;
--- http_config
init_by_lua_block {
    local getenv = os.getenv
    early = { os.getenv("MINE"), os.getenv("EMPTY"), os.getenv("mine"), getenv("MINE") }
    mine_now = os.getenv
}
--- lua
ngx.say(early[1], " [", early[2], "] ", early[3], " ", early[4])
ngx.say(os.getenv("MINE"), " [", os.getenv("EMPTY"), "] ", os.getenv("NONE"), " ", mine_now("MINE"))
--- response_body
text=more [] nil text=more
text=more [] nil text=more
