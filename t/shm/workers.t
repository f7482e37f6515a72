# Shared dictionaries with several worker processes, and with workers that are killed.
use Test::Nginx::Socket::Lua 'no_plan';

master_on();
workers(2);
repeat_each(1);

add_block_preprocessor(sub {
    my $block = shift;
    $block->set_value('http_config', <<'_EOC_');
    lua_shared_dict store 1m;
    lua_shared_dict small 64k;
    init_worker_by_lua_block {
        ngx.shared.store:incr("started", 1, 0)
    }
_EOC_
});

run_tests();

__DATA__

=== all workers count in one dictionary
--- config
    location = /t {
        content_by_lua_block {
            for i = 1, 50 do
                if ngx.shared.store:get("started") == 2 then
                    break
                end
                ngx.sleep(0.02)
            end
            ngx.say(ngx.shared.store:get("started"))
        }
    }
--- request
GET /t
--- response_body
2
--- no_error_log
[error]



=== a worker killed in the middle of an update does no harm
--- timeout: 20
--- config
    location = /t {
        content_by_lua_block {
            local store, small = ngx.shared.store, ngx.shared.small
            -- A child of ours stands for a worker: it writes all the time, until it is killed.
            local ffi = require "ffi"
            ffi.cdef [[
                int fork(void);
                int kill(int pid, int sig);
                int waitpid(int pid, int *status, int options);
                int usleep(unsigned usec);
            ]]
            local C = ffi.C
            local broken = 0
            for round = 1, 40 do
                local pid = C.fork()
                if pid == 0 then
                    local n = 0
                    while true do
                        n = n + 1
                        local value = string.rep(string.char(97 + n % 26), 1 + n % 900)
                        small:set("k" .. n % 50, value)
                        store:set("k" .. n % 500, value)
                        store:lpush("l" .. n % 5, value)
                        store:rpop("l" .. n % 5)
                        small:delete("k" .. n % 17)
                    end
                end
                C.usleep(3000)
                C.kill(pid, 9)
                C.waitpid(pid, nil, 0)
                for _, d in ipairs { store, small } do
                    for i = 0, 499 do
                        local v = d:get("k" .. i)
                        if v and v ~= string.rep(v:sub(1, 1), #v) then
                            broken = broken + 1
                        end
                    end
                    assert(d:set("alive", round))
                    assert(d:get("alive") == round)
                end
            end
            ngx.say("broken values: ", broken)
            store:flush_all() store:flush_expired()
            small:flush_all() small:flush_expired()
            ngx.say(small:free_space())
        }
    }
--- request
GET /t
--- response_body_like
^broken values: 0
\d+$
--- no_error_log
[error]



=== values of all lengths, read in turn
--- config
    location = /t {
        content_by_lua_block {
            local d = ngx.shared.store
            local lengths = { 0, 1, 4096, 4097, 200000, 7, 5000, 4000 }
            for i, n in ipairs(lengths) do
                assert(d:set("v" .. i, string.rep("v", n)))
            end
            for _ = 1, 200 do
                for i, n in ipairs(lengths) do
                    local v = (i + _) % 2 == 0 and d:get("v" .. i) or (d:get_stale("v" .. i))
                    if #v ~= n then
                        ngx.say("wrong length of v", i, ": ", #v)
                    end
                end
            end
            ngx.say("done")
        }
    }
--- request
GET /t
--- response_body
done
--- no_error_log
[error]
