# content_by_lua* of stream servers: output, the end of a session, errors.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

repeat_each(2);
run_tests();

__DATA__

=== what the handler says goes to the client
--- lua
ngx.say("hello, ", 42, " ", 1.5, " ", true, " ", nil, " ", ngx.null)
ngx.print({"a", {"b", 1}}, "\n")
--- stream_response
hello, 42 1.5 true nil null
ab1



=== output comes in order across waits
--- lua
ngx.say("one")
ngx.sleep(0.01)
ngx.say("two")
ngx.flush(true)
ngx.say("three")
--- stream_response
one
two
three



=== much output arrives whole
--- lua
for _ = 1, 200 do
    ngx.print(("x"):rep(9999), "\n")
end
ngx.say("end")
--- stream_response eval
(("x" x 9999) . "\n") x 200 . "end\n"



=== after ngx.eof nothing can be said
--- lua
ngx.say("last")
ngx.say(ngx.eof())
local ok, err = ngx.say("more")
ngx.log(ngx.WARN, "say: ", ok, " ", err)
ok, err = ngx.eof()
ngx.log(ngx.WARN, "eof: ", ok, " ", err)
--- stream_response
last
--- error_log
say: nil seen eof
eof: nil seen eof
--- no_error_log
[alert]



=== a runtime error ends the session; what was said before it arrives
--- lua
ngx.say("before")
error("oops")
--- stream_response
before
--- error_log eval
[qr/lua entry thread aborted: runtime error: content_by_lua\(nginx\.conf:\d+\):3: oops/, "coroutine 0:"]
--- no_error_log
[alert]



=== ngx.exit ends the session at once
--- lua
ngx.say("a")
ngx.exit(ngx.ERROR)
ngx.say("b")
--- stream_response
a



=== log lines begin with the subsystem and end with the session
--- lua
ngx.log(ngx.WARN, "mark")
--- stream_response
--- error_log eval
qr/stream \[lua\] content_by_lua\(nginx\.conf:\d+\):2: mark, client: 127\.0\.0\.1, server: 127\.0\.0\.1:\d+/



=== light threads share the session
--- lua
local function work(name, seconds)
    ngx.sleep(seconds)
    ngx.say(name)
    return name
end
local slow = ngx.thread.spawn(work, "slow", 0.05)
local fast = ngx.thread.spawn(work, "fast", 0.01)
local _, first = ngx.thread.wait(slow, fast)
ngx.say("first: ", first)
ngx.thread.wait(slow)
--- stream_response
fast
first: fast
slow



=== timers run for a session that is over
--- lua
ngx.timer.at(0.01, function (premature, name)
    ngx.log(ngx.WARN, "timer of ", name, ", premature: ", premature)
end, "the session")
ngx.say("over")
--- stream_response
over
--- wait: 0.3
--- error_log
timer of the session, premature: false
--- no_error_log
[error]



=== the `ngx` table has what stream offers, and no more
--- lua
local names = {}
for name in pairs(ngx) do
    names[#names + 1] = name
end
ngx.say(#names)
for _, name in ipairs { "header", "resp", "location", "exec", "redirect", "send_headers", "arg", "HTTP_OK", "http_time", "is_subrequest" } do
    ngx.say(name, " ", rawget(ngx, name))
end
ngx.say(ngx.config.subsystem, " ", ngx.config.ngx_lua_version)
--- stream_response
54
header nil
resp nil
location nil
exec nil
redirect nil
send_headers nil
arg nil
HTTP_OK nil
http_time nil
is_subrequest nil
stream 17



=== a file as handler, named by a variable
--- stream_server_config
    content_by_lua_file html/$remote_addr.lua;
--- user_files
>>> 127.0.0.1.lua
ngx.say("from ", ngx.var.remote_addr)
--- stream_response
from 127.0.0.1



=== code that does not compile ends the session
--- lua
ngx.say("hello"
--- stream_response
--- error_log eval
qr/failed to load inlined Lua code: content_by_lua\(nginx\.conf:\d+\):\d+: /



=== without the code cache each session has a VM of its own
--- stream_config
    lua_code_cache off;
    init_by_lua_block { made = (made or 0) + 1 }
--- lua
seen = (seen or 0) + 1
ngx.say(made, " ", seen)
--- stream_response
1 1
--- no_error_log
[error]
