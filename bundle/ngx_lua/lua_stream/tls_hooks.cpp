#include "lua_stream/tls_hooks.hpp"

#include "lua_stream/conf.hpp"

#if (NGX_STREAM_SSL)

#include "lua_ssl/hooks.hpp"

namespace lua::stream {
namespace {

// The session of a handshake; its configuration is that of the server that it has come to so far.
ngx_stream_session_t* session_of(const SSL* ssl) {
    return static_cast<ngx_stream_session_t*>(
        static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl))->data);
}

ssl::Site site(ngx_stream_session_t* s, Handler& handler) {
    const auto* core = static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_get_module_srv_conf(s, ngx_stream_core_module));
    const auto* tls = static_cast<ngx_stream_ssl_srv_conf_t*>(
        ngx_stream_get_module_srv_conf(s, ngx_stream_ssl_module));
    return {.vm = *main_conf(s).vm,
            .handler = handler,
            .net = serv_conf(s).net,
            .log = *core->error_log,
            .verify_depth = static_cast<int>(tls->verify_depth)};
}

// The callback is that of another server on the same address: the one that the client has named has
// no certificates of its own. Null after logging that.
Handler* found(ngx_stream_session_t* s, Handler* handler, const char* directive) {
    if (handler == nullptr) {
        auto* core = static_cast<ngx_stream_core_srv_conf_t*>(
            ngx_stream_get_module_srv_conf(s, ngx_stream_core_module));
        ngx_log_error(NGX_LOG_ALERT, s->connection->log, 0, "no %s defined in server %V", directive,
                      &core->server_name);
    }
    return handler;
}

int on_hello(SSL* ssl, int* alert, void*) noexcept {
    ngx_stream_session_t* s = session_of(ssl);
    Handler* handler = found(s, serv_conf(s).ssl_client_hello, "ssl_client_hello_by_lua*");
    *alert = SSL_AD_INTERNAL_ERROR;
    return handler == nullptr ? SSL_CLIENT_HELLO_ERROR
                              : ssl::on_client_hello(ssl, site(s, *handler));
}

int on_certificate(SSL* ssl, void*) noexcept {
    ngx_stream_session_t* s = session_of(ssl);
    Handler* handler = found(s, serv_conf(s).ssl_certificate, "ssl_certificate_by_lua*");
    return handler == nullptr ? 0 : ssl::on_certificate(ssl, site(s, *handler));
}

// A handler of stream{} does not concern servers without TLS.
void install(void** confs) {
    const auto& lua = *static_cast<ServConf*>(confs[ngx_stream_lua_module.ctx_index]);
    SSL_CTX* ctx =
        static_cast<ngx_stream_ssl_srv_conf_t*>(confs[ngx_stream_ssl_module.ctx_index])->ssl.ctx;
    if (ctx == nullptr) {
        return;
    }
    if (lua.ssl_client_hello != nullptr) {
        SSL_CTX_set_client_hello_cb(ctx, on_hello, nullptr);
    }
    if (lua.ssl_certificate != nullptr) {
        SSL_CTX_set_cert_cb(ctx, on_certificate, nullptr);
    }
}

} // namespace

ngx_int_t install_tls_hooks(ngx_conf_t* cf) noexcept {
    const auto* core = static_cast<ngx_stream_core_main_conf_t*>(
        ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module));
    for (ngx_uint_t i = 0; i < core->servers.nelts; i++) {
        install(static_cast<ngx_stream_core_srv_conf_t**>(core->servers.elts)[i]->ctx->srv_conf);
    }
    return NGX_OK;
}

} // namespace lua::stream

#else

namespace lua::stream {

ngx_int_t install_tls_hooks(ngx_conf_t*) noexcept {
    return NGX_OK;
}

} // namespace lua::stream

#endif
