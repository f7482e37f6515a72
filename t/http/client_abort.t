# lua_check_client_abort and ngx.on_abort: a client leaves while a handler waits.
use Test::Nginx::Socket::Lua 'no_plan';
use AbortCase;

repeat_each(2);
run_tests();

__DATA__

=== a handler that sleeps is killed
--- victim
content_by_lua_block {
    begun()
    ngx.sleep(20)
    note("went on")
}
--- response_body

status 499
--- error_log eval
qr/\[info\] .*? client prematurely closed connection, client: 127.0.0.1, server: .*?, request: "GET \/victim /
--- no_error_log
[alert]
[error]



=== it is not, where nobody asks
--- check: off
--- victim
access_by_lua_block { begun() ngx.sleep(0.05) note("access") }
content_by_lua_block { note("content") }
--- response_body
access content
status 200
--- no_error_log
client prematurely closed
[alert]



=== a reset is an abort too
--- leaves: reset
--- victim
access_by_lua_block {
    begun()
    ngx.sleep(20)
}
--- response_body

status 499



=== so is a client that only stops sending
--- leaves: shutdown
--- victim
rewrite_by_lua_block {
    begun()
    ngx.sleep(20)
}
--- response_body

status 499



=== the next request of the connection is no abort
--- leaves: more
--- victim_request eval: "GET /victim HTTP/1.1\r\nHost: a\r\n\r\n"
--- victim
content_by_lua_block {
    begun()
    ngx.sleep(0.05)
    note("went on")
}
--- response_body
went on
status 200
--- no_error_log
client prematurely closed
[alert]



=== a handler that waits for a thread, its thread, and its coroutine are killed
--- victim
content_by_lua_block {
    local t = ngx.thread.spawn(function ()
        coroutine.wrap(function () ngx.sleep(20) note("coroutine") end)()
        note("thread")
    end)
    begun()
    ngx.thread.wait(t)
    note("entry")
}
--- response_body

status 499



=== a handler that waits for subrequests is killed
--- config
location = /slow { content_by_lua_block { begun() ngx.sleep(20) note("subrequest") } }
--- victim
content_by_lua_block {
    ngx.location.capture_multi { { "/slow" }, { "/slow" } }
    note("went on")
}
--- response_body

status 499



=== a handler that waits for a semaphore is killed and leaves its queue
--- victim
content_by_lua_block {
    local sema = require("ngx.semaphore").new()
    case.at_log = function () return ", waiters " .. sema:count() end
    begun()
    sema:wait(20)
    note("went on")
}
--- response_body

status 499, waiters 0



=== while the body is read, the request ends as nginx ends it
--- victim_request eval: "POST /victim HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"
--- victim
content_by_lua_block {
    ngx.on_abort(function () note("callback") end)
    begun()
    ngx.req.read_body()
    note("went on")
}
--- response_body

status 400



=== after the body has been read, aborts are seen
--- victim_request eval: "POST /victim HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
--- victim
content_by_lua_block {
    ngx.req.read_body()
    note(ngx.req.get_body_data())
    begun()
    ngx.sleep(20)
    note("went on")
}
--- response_body
abc
status 499



=== a response that has begun ends with its status
--- victim
content_by_lua_block {
    ngx.say("half")
    ngx.flush(true)
    begun()
    ngx.sleep(20)
    note("went on")
}
--- response_body

status 200



=== a callback runs instead, and the handler goes on
--- victim
content_by_lua_block {
    local seen = require("ngx.semaphore").new()
    note(ngx.on_abort(function () note("callback") ngx.sleep(0.001) seen:post() end))
    begun()
    note(seen:wait(20))
}
--- response_body
1 callback true
status 200
--- no_error_log
[error]



=== a callback may end the request
--- victim
content_by_lua_block {
    ngx.on_abort(function () note("callback") ngx.exit(499) end)
    begun()
    ngx.sleep(20)
    note("went on")
}
--- response_body
callback
status 499



=== also with subrequests pending
--- config
location = /slow { content_by_lua_block { begun() ngx.sleep(20) note("subrequest") } }
--- victim
content_by_lua_block {
    ngx.on_abort(function () note("callback") ngx.exit(499) end)
    ngx.location.capture("/slow")
    note("went on")
}
--- response_body
callback
status 499



=== but not with a status that waits for them
--- config
location = /slow { content_by_lua_block { begun() ngx.sleep(0.05) } }
--- victim
content_by_lua_block {
    ngx.on_abort(function () note(select(2, pcall(ngx.exit, 0))) end)
    ngx.location.capture("/slow")
    note("went on")
}
--- response_body
attempt to abort with pending subrequests went on
status 200



=== an error in the callback ends only the callback
--- victim
content_by_lua_block {
    ngx.on_abort(function () note("callback") error("oops") end)
    begun()
    repeat ngx.sleep(0.001) until case[1]
    ngx.sleep(0.005)
    note("went on")
}
--- response_body
callback went on
status 200
--- error_log eval
qr/lua user thread aborted: runtime error: content_by_lua\(nginx.conf:\d+\):\d+: oops/



=== a thread that has outlived the entry hears of it
--- victim
content_by_lua_block {
    ngx.thread.spawn(function ()
        ngx.on_abort(function () note("callback") ngx.exit(444) end)
        begun()
        ngx.sleep(20)
        note("went on")
    end)
}
--- response_body
callback
status 444



=== a callback belongs to the handler that registers it
--- victim
rewrite_by_lua_block { ngx.on_abort(function () note("callback") end) }
content_by_lua_block {
    begun()
    ngx.sleep(20)
}
--- response_body

status 499



=== a stream of HTTP/2 that the client gives up
--- leaves: http2
--- config
http2 on;
--- victim
access_by_lua_block { begun() ngx.sleep(20) note("went on") }
--- response_body

status 499



=== a callback hears of a stream too
--- leaves: http2
--- config
http2 on;
--- victim
content_by_lua_block {
    local seen = require("ngx.semaphore").new()
    ngx.on_abort(function () note("callback") seen:post() end)
    begun()
    note(seen:wait(20))
}
--- response_body
callback true
status 200



=== another location after exec decides for itself
--- config
location = /next {
    content_by_lua_block {
        begun()
        ngx.sleep(0.05)
        note("went on")
    }
    log_by_lua_block { case.status = ngx.status }
}
--- victim
content_by_lua_block { ngx.sleep(0.001) ngx.exec("/next") }
--- response_body
went on
status 200
