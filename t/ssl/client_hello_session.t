# ngx.ssl.clienthello and ngx.ssl.session.
use Test::Nginx::Socket::Lua 'no_plan';
use TlsCase;

repeat_each(2);
run_tests();

__DATA__

=== what the first message says
--- tls
ssl_client_hello_by_lua_block {
    local hello = require "ngx.ssl.clienthello"
    ngx.sleep(0)
    ngx.ctx.name = hello.get_client_hello_server_name()
    ngx.ctx.versions = table.concat(hello.get_supported_versions(), " ")
    ngx.ctx.numbers = #hello.get_client_hello_ciphers() > 0
        and #hello.get_client_hello_ext_present() > 0
    ngx.ctx.ext = #hello.get_client_hello_ext(0)
    ngx.ctx.absent = hello.get_client_hello_ext(9999)
}
location = /page {
    content_by_lua_block {
        local ctx = ngx.ctx
        ngx.print(ctx.name, " ", ctx.versions, " ", ctx.numbers, " ", ctx.ext, " ", ctx.absent)
    }
}
--- lua
show(handshake("test.com", get_page))
--- response_body
test.com TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 true 13 nil



=== versions are chosen for one handshake
--- tls
ssl_client_hello_by_lua_block {
    local hello = require "ngx.ssl.clienthello"
    print("set: ", select(2, hello.set_protocols({ "TLSv9" })))
    assert(hello.set_protocols({ "TLSv1.2" }))
}
location = /page { return 200 $ssl_protocol; }
--- lua
show(handshake("test.com", get_page))
--- response_body
TLSv1.2
--- error_log
set: invalid protocols failed



=== it is there only in ssl_client_hello_by_lua*
--- tls
return 200;
--- lua
local hello = require "ngx.ssl.clienthello"
for _, f in ipairs({ hello.get_client_hello_server_name, hello.get_supported_versions }) do
    show((select(2, pcall(f)):gsub("^.*: ", "")))
end
--- response_body
API disabled in the current context
API disabled in the current context



=== sessions are stored and found again
--- http_config
lua_ssl_protocols TLSv1.2;
ssl_session_store_by_lua_block {
    local session = require "ngx.ssl.session"
    sessions = sessions or {}
    sessions[session.get_session_id()] = session.get_serialized_session()
    print("stored.")
}
ssl_session_fetch_by_lua_block {
    local session = require "ngx.ssl.session"
    local found = sessions and sessions[session.get_session_id()]
    if found then
        assert(session.set_serialized_session(found))
        assert(session.set_serialized_session(found))
        print("found.")
    end
    print(select(2, session.set_serialized_session("x")), ".")
}
--- tls
ssl_session_tickets off;
location = /page { return 200 $ssl_session_reused; }
--- lua
local session
for _ = 1, 2 do
    local sock = ngx.socket.tcp()
    assert(sock:connect("unix:$TEST_NGINX_HTML_DIR/tls.sock"))
    session = assert(sock:sslhandshake(session, "test.com"))
    show(get_page(sock))
    sock:close()
end
--- response_body
.
r
--- grep_error_log eval: qr/\b(?:stored|found|failed to de-serialize session)\./
--- grep_error_log_out
stored.
found.
failed to de-serialize session.



=== an error while a session is stored or looked for does not end the handshake
--- http_config
lua_ssl_protocols TLSv1.2;
ssl_session_store_by_lua_block { ngx.exit(ngx.ERROR) error("on purpose") }
ssl_session_fetch_by_lua_block { ngx.sleep(0) }
--- tls
ssl_session_tickets off;
--- lua
local session
for _ = 1, 2 do
    local sock = ngx.socket.tcp()
    assert(sock:connect("unix:$TEST_NGINX_HTML_DIR/tls.sock"))
    session = assert(sock:sslhandshake(session, "test.com"))
    show(type(session))
    sock:close()
end
--- response_body
cdata
cdata
--- no_error_log
[alert]
--- error_log
failed to run session_store_by_lua*: ssl_session_store_by_lua(nginx.conf:
lua: cannot yield in sess get cb: missing async sess get cb support in OpenSSL
