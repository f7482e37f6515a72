# Handlers of the client's TLS handshake: order, waiting, results, errors, ngx.ctx.
use Test::Nginx::Socket::Lua 'no_plan';
use TlsCase;

repeat_each(2);
run_tests();

__DATA__

=== a handler may wait, and the handshake goes on afterwards
--- tls
ssl_client_hello_by_lua_block { ngx.sleep(0.001) print("phase ", ngx.get_phase(), ".") }
ssl_certificate_by_lua_block { ngx.sleep(0.001) print("phase ", ngx.get_phase(), ".") }
--- lua
show(handshake())
--- response_body
ok
--- grep_error_log eval: qr/phase \w+/
--- grep_error_log_out
phase ssl_client_hello
phase ssl_cert



=== lines of a handler name it, the client and the server
--- tls
ssl_certificate_by_lua_block { ngx.log(ngx.WARN, "here I am") }
--- lua
show(handshake())
--- response_body
ok
--- error_log eval
qr/\[warn\] .*here I am, context: ssl_certificate_by_lua\*, client: unix:, server: unix:\S+tls\.sock$/m



=== ngx.exit(ngx.OK) ends the handler, not the handshake
--- tls
ssl_client_hello_by_lua_block { ngx.exit(ngx.OK) ngx.log(ngx.ERR, "not reached") }
ssl_certificate_by_lua_block { ngx.sleep(0) ngx.exit(ngx.OK) ngx.log(ngx.ERR, "not reached") }
--- lua
show(handshake())
--- response_body
ok



=== ngx.exit(ngx.ERROR) refuses the client
--- tls
ssl_certificate_by_lua_block { ngx.exit(ngx.ERROR) }
--- lua
show(handshake())
--- response_body
nil handshake failed
--- error_log
cert cb error



=== so does it after waiting
--- tls
ssl_client_hello_by_lua_block { ngx.sleep(0.001) ngx.exit(ngx.ERROR) }
--- lua
show(handshake())
--- response_body
nil handshake failed



=== an error refuses the client and is logged
--- tls
ssl_certificate_by_lua_block { error("on purpose") }
--- lua
show(handshake())
--- response_body
nil handshake failed
--- no_error_log
[alert]
--- error_log
lua entry thread aborted: runtime error: ssl_certificate_by_lua(nginx.conf:
on purpose



=== a syntax error and a missing file refuse the client
--- tls
ssl_certificate_by_lua_file html/nowhere.lua;
--- lua
show(handshake())
--- response_body
nil handshake failed
--- no_error_log
[alert]
--- error_log
failed to load external Lua file



=== sockets, light threads and timers work in a handshake
--- http_config
    server {
        listen unix:$TEST_NGINX_HTML_DIR/back.sock;
        return 200 "from behind";
    }
--- tls
ssl_certificate_by_lua_block {
    local function ask()
        local sock = ngx.socket.tcp()
        assert(sock:connect("unix:$TEST_NGINX_HTML_DIR/back.sock"))
        assert(sock:send("GET / HTTP/1.0\r\n\r\n"))
        return assert(sock:receive("*a")):match("[^\n]*$")
    end
    local _, answer = ngx.thread.wait(ngx.thread.spawn(ask))
    ngx.timer.at(0, function (_, text) print("timer: ", text) end, answer)
    ngx.ctx.answer = answer
}
location = /page { content_by_lua_block { ngx.say(ngx.ctx.answer) } }
--- lua
show(handshake("test.com", get_page))
--- response_body
from behind
--- wait: 0.1
--- error_log
timer: from behind



=== requests see what the handshake left in ngx.ctx, and write their own
--- tls
ssl_client_hello_by_lua_block { ngx.ctx.hello = 1 }
ssl_certificate_by_lua_block { ngx.ctx.cert = ngx.ctx.hello + 1 }
location = /page {
    content_by_lua_block {
        ngx.say(ngx.ctx.hello, ngx.ctx.cert, rawget(ngx.ctx, "cert"))
    }
}
--- lua
show(handshake("test.com", get_page))
--- response_body
12nil



=== what only requests have is refused
--- tls
ssl_certificate_by_lua_block {
    for _, f in ipairs({ ngx.say, function () return ngx.var.uri end,
                         function () ngx.req.get_headers() end,
                         function () ngx.location.capture("/") end }) do
        print("refused: ", select(2, pcall(f, "x")), "!")
    end
}
--- lua
show(handshake())
--- response_body
ok
--- grep_error_log eval: qr/API disabled in the [\w ]+/
--- grep_error_log_out
API disabled in the context of ssl_certificate_by_lua
API disabled in the current context
API disabled in the current context
API disabled in the context of ssl_certificate_by_lua



=== a client that goes away while a handler waits
--- tls
ssl_certificate_by_lua_block { ngx.sleep(0.2) print("slept enough") }
--- lua
local sock = ngx.socket.tcp()
assert(sock:connect("unix:$TEST_NGINX_HTML_DIR/tls.sock"))
sock:settimeout(50)
show((sock:sslhandshake(false, "test.com")))
--- response_body
nil
--- no_error_log
[alert]
--- error_log
slept enough
--- wait: 0.3



=== a handler that waits longer than the client may is ended with the connection
--- tls
client_header_timeout 100ms;
ssl_certificate_by_lua_block { ngx.sleep(30) }
--- lua
show(handshake())
--- response_body
nil handshake failed
--- no_error_log
[alert]



=== a handler needs a server with certificates
--- config
    ssl_certificate_by_lua_block { return }
--- must_die
--- error_log
no ssl configured for the server
