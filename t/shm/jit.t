# Loops over shared dictionary methods compile: one trace, no abort.
use Test::Nginx::Socket::Lua 'no_plan';

repeat_each(2);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', <<'_EOC_');
    lua_shared_dict store 1m;
    init_by_lua_block {
        -- What the compiler did while fn ran: "loop" if a loop was compiled, and what it cannot compile.
        function watch(fn)
            local vmdef = require "jit.vmdef"
            local util = require "jit.util"
            local seen = {}
            local function on_trace(what, tr, func, pc, otr, oex)
                if what == "stop" and util.traceinfo(tr).linktype == "loop" then
                    seen.loop = true
                elseif what == "abort" and vmdef.traceerr[otr]:find("NYI") then
                    seen[#seen + 1] = vmdef.traceerr[otr]
                end
            end
            jit.flush()
            jit.attach(on_trace, "trace")
            fn(ngx.shared.store)
            jit.attach(on_trace)
            return (seen.loop and "loop" or "no loop") .. " " .. table.concat(seen, "; ")
        end
    }
_EOC_
    $block->set_value('request', 'GET /t');
    $block->set_value('no_error_log', "[error]\n[alert]");
});

run_tests();

__DATA__

=== get and get_stale, of each type and of nothing
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            d:set("s", "string", 0, 5)
            d:set("long", string.rep("x", 5000))
            d:set("n", 1.5)
            d:set("b", false)
            for _, key in ipairs { "s", "long", "n", "b", "missing" } do
                ngx.say(key, ": ", watch(function(d) for i = 1, 300 do d:get(key) end end), ", ",
                        watch(function(d) for i = 1, 300 do d:get_stale(key) end end))
            end
        }
    }
--- response_body
s: loop , loop 
long: loop , loop 
n: loop , loop 
b: loop , loop 
missing: loop , loop 



=== methods that write
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(watch(function(d) for i = 1, 300 do d:set("k", "v", 10, 3) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:set("k" .. i, i) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:safe_add("k" .. i, i) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:replace("k", true) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:delete("k" .. i) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:incr("n", 1, 0, 10) end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:expire("n", 10) d:ttl("n") end end))
            ngx.say(watch(function(d) for i = 1, 300 do d:flush_all() end end))
        }
    }
--- response_body
loop 
loop 
loop 
loop 
loop 
loop 
loop 
loop 



=== lists
--- config
    location = /t {
        content_by_lua_block {
            ngx.say(watch(function(d) for i = 1, 300 do d:lpush("l", i) d:llen("l") d:rpop("l") end end))
        }
    }
--- response_body
loop 
