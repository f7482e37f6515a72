# lua-resty-shell: commands from start to end.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

env_to_nginx("PATH");
repeat_each(2);
no_long_string();

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value(http_config => <<'END');
init_by_lua_block {
    function run(...)
        local ok, out, err, reason, status = require("resty.shell").run(...)
        ngx.say(ok, "|", out, "|", err, "|", reason, "|", status)
    end
}
END
});
run_tests();

__DATA__

=== the ways in which a command ends
--- lua
run("printf out; printf err >&2")
run("printf out; exit 3")
run({ "sh", "-c", "kill -9 $$" })
run({ "printf", "%s", "a b" })
run({ "/no/such/program" })
--- response_body
true|out|err|exit|0
false|out||exit|3
false|||signal|9
true|a b||exit|0
false|||exit|1
--- error_log
lua pipe child execvp() failed while executing /no/such/program



=== what the command reads
--- lua
run("cat", "from us")
run({ "wc", "-c" }, string.rep("x", 300000))
run("cat")
run("cat", "")
--- response_body
true|from us||exit|0
true|300000
||exit|0
true|||exit|0
true|||exit|0



=== a child that writes much to both streams does not get stuck
--- lua
local shell = require "resty.shell"
local ok, out, err = shell.run("head -c 100000 /dev/zero >&2; head -c 100000 /dev/zero")
ngx.say(ok, " ", #out, " ", #err)
ok, out, err = shell.run("head -c 100000 /dev/zero | tee /dev/stderr", nil, nil, 100000)
ngx.say(ok, " ", #out, " ", #err)
--- response_body
true 100000 100000
true 100000 100000



=== too much output
--- lua
run("printf yes!", nil, nil, 3)
run("printf yes", nil, nil, 3)
run("printf no!! >&2", nil, nil, 3)
local before = ngx.now()
local ok, out, _, reason = require("resty.shell").run("yes")
ngx.update_time()
ngx.say(ok, " ", #out, " ", reason, " ", ngx.now() - before < 8)
--- response_body
nil|yes!||failed to read stdout: too much data|nil
true|yes||exit|0
nil||no!!|failed to read stderr: too much data|nil
nil 131073 failed to read stdout: too much data true



=== a command that takes too long is killed
--- lua
run("printf early; exec sleep 60", nil, 50)
run({ "sleep", 60 }, string.rep("x", 1000000), 50)
--- response_body
nil|early||failed to wait for process: timeout|nil
nil|nil|nil|failed to write to stdin: timeout|nil



=== commands side by side
--- lua
local threads = {}
for i = 1, 10 do
    threads[i] = ngx.thread.spawn(require("resty.shell").run, "cat; exit " .. i, "in " .. i)
end
for i = 1, 10 do
    local _, ok, out, _, reason, status = ngx.thread.wait(threads[i])
    if ok or out ~= "in " .. i or reason ~= "exit" or status ~= i then
        ngx.say(i, ": ", ok, out, reason, status)
    end
end
ngx.say("done")
--- response_body
done
