# What a killed thread leaves behind.
use Test::Nginx::Socket::Lua 'no_plan';
use LuaCase;

repeat_each(2);
run_tests();

__DATA__

=== closures keep the variables of a thread that was killed
--- lua
local t = ngx.thread.spawn(function ()
    local value = "thread"
    package.loaded.of_killed = function () return value end
    ngx.sleep(10)
end)
ngx.thread.kill(t)
ngx.location.capture("/exit")
ngx.print(ngx.location.capture("/later").body)
--- config
location = /later {
    content_by_lua_block {
        local own = "own"
        local t = ngx.thread.spawn(function () local other = "other" ngx.sleep(0) end)
        ngx.thread.wait(t)
        ngx.say(package.loaded.of_killed(), " ", package.loaded.of_exited(), " ", own)
    }
}
location = /exit {
    content_by_lua_block {
        local value = "entry"
        package.loaded.of_exited = function () return value end
        ngx.thread.spawn(function () ngx.sleep(0) ngx.exit(200) end)
        ngx.sleep(10)
    }
}
--- response_body
thread entry own
