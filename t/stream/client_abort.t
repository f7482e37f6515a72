# Clients of stream servers that close their connection while a handler waits.
use Test::Nginx::Socket 'no_plan';
use StreamCase;

repeat_each(2);
run_tests();

__DATA__

=== the session ends with its client
--- stream_server_config
    lua_check_client_abort on;
    content_by_lua_block {
        ngx.sleep(0.5)
        ngx.log(ngx.WARN, "still here")
    }
    log_by_lua_block { ngx.log(ngx.WARN, "log: ", ngx.status) }
--- timeout: 0.1
--- abort
--- ignore_response
--- wait: 0.7
--- error_log
stream client prematurely closed connection
log: 499
--- no_error_log
still here



=== without the directive the handler goes on
--- stream_server_config
    content_by_lua_block {
        ngx.sleep(0.3)
        ngx.log(ngx.WARN, "still here")
    }
--- timeout: 0.1
--- abort
--- ignore_response
--- wait: 0.5
--- error_log
still here
--- no_error_log
prematurely closed



=== the callback of ngx.on_abort runs, and the handler goes on
--- stream_server_config
    lua_check_client_abort on;
    content_by_lua_block {
        ngx.log(ngx.WARN, "first: ", ngx.on_abort(function ()
            ngx.log(ngx.WARN, "on abort called")
        end))
        ngx.log(ngx.WARN, "second: ", select(2, ngx.on_abort(function () end)))
        ngx.sleep(0.4)
        ngx.log(ngx.WARN, "main handler done")
    }
--- timeout: 0.1
--- abort
--- ignore_response
--- wait: 0.6
--- error_log
first: 1
second: duplicate call
on abort called
main handler done
--- no_error_log
[error]



=== the callback may end the session
--- stream_server_config
    lua_check_client_abort on;
    content_by_lua_block {
        ngx.on_abort(function () ngx.exit(444) end)
        ngx.sleep(0.4)
        ngx.log(ngx.WARN, "main handler done")
    }
    log_by_lua_block { ngx.log(ngx.WARN, "log: ", ngx.status) }
--- timeout: 0.1
--- abort
--- ignore_response
--- wait: 0.6
--- error_log
log: 444
--- no_error_log
main handler done



=== in preread, too
--- stream_server_config
    lua_check_client_abort on;
    preread_by_lua_block { ngx.sleep(0.5) }
    content_by_lua_block { ngx.log(ngx.WARN, "content") }
--- timeout: 0.1
--- abort
--- ignore_response
--- wait: 0.7
--- error_log
client prematurely closed connection
--- no_error_log
[warn]



=== ngx.on_abort wants the directive
--- lua
ngx.say(ngx.on_abort(function () end))
--- stream_response
nillua_check_client_abort is off
