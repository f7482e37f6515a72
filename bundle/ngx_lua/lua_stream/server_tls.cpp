#include "lua_stream/server_tls.hpp"

#if (NGX_STREAM_SSL)

#include "lua_stream/stream_host.hpp"
#include "ngx/export.hpp"

namespace lua::stream {
namespace {

ngx_int_t refuse(const char* text, const char** err) {
    *err = text;
    return NGX_DECLINED;
}

} // namespace

ngx_int_t ServerTls::start(ngx_msec_t timeout, const char** err) noexcept {
    ngx_connection_t& c = host_.connection();
    auto* conf = static_cast<ngx_stream_ssl_srv_conf_t*>(
        ngx_stream_get_module_srv_conf((&host_.session), ngx_stream_ssl_module));

    if (c.ssl != nullptr && c.ssl->handshaked) {
        return NGX_OK;
    }
    if (conf->ssl.ctx == nullptr) {
        return refuse("ssl not configured for this server", err);
    }
    if (failed_) {
        return refuse("closed", err);
    }
    if (pending() || host_.req_socket.reading()) {
        return refuse("socket busy reading", err);
    }
    if (host_.output.push() == NGX_ERROR || host_.output.has_unsent() ||
        host_.req_socket.writing()) {
        return refuse("socket busy writing", err);
    }
    // What came in the clear must not be taken for what comes under TLS.
    if (host_.req_socket.has_unread() || ngx_ssl_create_connection(&conf->ssl, &c, 0) != NGX_OK) {
        failed_ = true;
        return refuse("handshake failed", err);
    }
    if (ngx_ssl_handshake(&c) == NGX_AGAIN) {
        c.ssl->handler = on_over;
        ngx_add_timer(c.read, timeout);
        begin(*current().task);
        return NGX_AGAIN;
    }
    *err = outcome();
    return *err == nullptr ? NGX_OK : NGX_DECLINED;
}

// The handshake is over: null, or how it failed.
const char* ServerTls::outcome() noexcept {
    ngx_connection_t& c = host_.connection();
    bool late = c.read->timedout != 0;
    c.read->timedout = 0;
    if (c.read->timer_set) {
        ngx_del_timer(c.read);
    }
    host_.listen();
    if (c.ssl->handshaked) {
        return nullptr;
    }
    failed_ = true;
    return late ? "timeout" : "handshake failed";
}

void ServerTls::on_over(ngx_connection_t* c) noexcept {
    ServerTls& self = StreamHost::of(static_cast<ngx_stream_session_t*>(c->data))->server_tls;
    const char* error = self.outcome();
    if (!self.pending()) {
        return;
    }
    lua_State* L = self.task()->L;
    if (error == nullptr) {
        lua_pushinteger(L, 1);
        self.complete(1);
    } else {
        lua_pushnil(L);
        lua_pushstring(L, error);
        self.complete(2);
    }
}

void ServerTls::cancel() noexcept {
    ngx_connection_t& c = host_.connection();
    failed_ = true;
    if (c.read->timer_set) {
        ngx_del_timer(c.read);
    }
}

// 0, -1 (raise *err), -2 (yield) or -5 (nil, *err).
NGX_LUA_FFI int ngx_stream_lua_ffi_req_socket_start_tls(net::TcpSocket* socket,
                                                        const char** err) noexcept {
    const Host& here = *current().host;
    *err = !kOutputPhases.has(here.phase) ? refusal(here.phase)
           : !socket->usable_here()       ? "bad request"
                                          : nullptr;
    return *err != nullptr
               ? NGX_ERROR
               : static_cast<int>(running_host().server_tls.start(socket->read_timeout, err));
}

// Of a session under TLS.
NGX_LUA_FFI void ngx_stream_lua_ffi_req_socket_tls_info(const char** protocol, const char** cipher,
                                                        int* reused) noexcept {
    const SSL* ssl = running_host().connection().ssl->connection;
    *protocol = SSL_get_version(ssl);
    *cipher = SSL_get_cipher_name(ssl);
    *reused = SSL_session_reused(ssl);
}

} // namespace lua::stream

#endif
