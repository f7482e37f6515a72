#include "lua_http/tls_hooks.hpp"

#include "lua_http/conf.hpp"

#if (NGX_HTTP_SSL)

#include "lua_ssl/hooks.hpp"

namespace lua::http {
namespace {

template <typename T>
T& module_conf(void** confs, const ngx_module_t& module) {
    return *static_cast<T*>(confs[module.ctx_index]);
}

// The configuration of the server that the connection has come to: that of its address, and once
// the client has named one, that one. Only valid during the handshake.
ngx_http_conf_ctx_t& selected_server(const SSL* ssl) {
    auto* c = static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl));
    return *static_cast<ngx_http_connection_t*>(c->data)->conf_ctx;
}

ServConf& lua_conf(const ngx_http_conf_ctx_t& server) {
    return module_conf<ServConf>(server.srv_conf, ngx_http_lua_module);
}

MainConf& main_conf(const ngx_http_conf_ctx_t& server) {
    return module_conf<MainConf>(server.main_conf, ngx_http_lua_module);
}

ssl::Site site(const ngx_http_conf_ctx_t& server, Handler& handler) {
    return {
        .vm = *main_conf(server).vm,
        .handler = handler,
        .net = module_conf<LocConf>(server.loc_conf, ngx_http_lua_module).net,
        .log =
            *module_conf<ngx_http_core_loc_conf_t>(server.loc_conf, ngx_http_core_module).error_log,
        .verify_depth = static_cast<int>(
            module_conf<ngx_http_ssl_srv_conf_t>(server.srv_conf, ngx_http_ssl_module)
                .verify_depth),
    };
}

// The callback is that of another server on the same address: the one that the client has named has
// no certificates of its own.
void log_missing(const SSL* ssl, const ngx_http_conf_ctx_t& server, const char* directive) {
    auto* c = static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl));
    ngx_log_error(
        NGX_LOG_ALERT, c->log, 0, "no %s defined in server %V", directive,
        &module_conf<ngx_http_core_srv_conf_t>(server.srv_conf, ngx_http_core_module).server_name);
}

int on_client_hello(SSL* ssl, int* alert, void*) noexcept {
    ngx_http_conf_ctx_t& server = selected_server(ssl);
    Handler* handler = lua_conf(server).ssl_client_hello;
    *alert = SSL_AD_INTERNAL_ERROR;
    if (handler == nullptr) {
        log_missing(ssl, server, "ssl_client_hello_by_lua*");
        return SSL_CLIENT_HELLO_ERROR;
    }
    return ssl::on_client_hello(ssl, site(server, *handler));
}

int on_certificate(SSL* ssl, void*) noexcept {
    ngx_http_conf_ctx_t& server = selected_server(ssl);
    Handler* handler = lua_conf(server).ssl_certificate;
    if (handler == nullptr) {
        log_missing(ssl, server, "ssl_certificate_by_lua*");
        return 0;
    }
    return ssl::on_certificate(ssl, site(server, *handler));
}

SSL_SESSION* on_session_fetch(SSL* ssl, const u_char* id, int len, int* copy) noexcept {
    *copy = 0; // OpenSSL takes over our reference
    if (ssl::skips_session_fetch(ssl)) {
        return nullptr;
    }
    ngx_http_conf_ctx_t& server = selected_server(ssl);
    return ssl::on_session_fetch(ssl, site(server, *main_conf(server).ssl_session_fetch),
                                 {id, static_cast<size_t>(len)});
}

int on_session_store(SSL* ssl, SSL_SESSION* session) noexcept {
    if (ssl::skips_session_store(ssl)) {
        return 0; // OpenSSL keeps its reference
    }
    ngx_http_conf_ctx_t& server = selected_server(ssl);
    ssl::on_session_store(ssl, site(server, *main_conf(server).ssl_session_store), session);
    return 0;
}

void install(SSL_CTX* ctx, const ServConf& conf, const MainConf& main) {
    if (conf.ssl_client_hello != nullptr) {
        SSL_CTX_set_client_hello_cb(ctx, on_client_hello, nullptr);
    }
    if (conf.ssl_certificate != nullptr) {
        SSL_CTX_set_cert_cb(ctx, on_certificate, nullptr);
    }
    if (main.ssl_session_fetch != nullptr) {
        SSL_CTX_sess_set_get_cb(ctx, on_session_fetch);
    }
    if (main.ssl_session_store != nullptr) {
        SSL_CTX_sess_set_new_cb(ctx, on_session_store);
    }
}

} // namespace

ngx_int_t install_tls_hooks(ngx_conf_t* cf, const MainConf& main) noexcept {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* servers = static_cast<ngx_http_core_srv_conf_t**>(core->servers.elts);

    for (ngx_uint_t i = 0; i < core->servers.nelts; i++) {
        void** confs = servers[i]->ctx->srv_conf;
        const auto& conf = module_conf<ServConf>(confs, ngx_http_lua_module);
        SSL_CTX* ctx = module_conf<ngx_http_ssl_srv_conf_t>(confs, ngx_http_ssl_module).ssl.ctx;
        if (ctx != nullptr) {
            install(ctx, conf, main);
        } else if (conf.ssl_client_hello != nullptr || conf.ssl_certificate != nullptr) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "no ssl configured for the server");
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

} // namespace lua::http

#else

namespace lua::http {

ngx_int_t install_tls_hooks(ngx_conf_t*, const MainConf&) noexcept {
    return NGX_OK;
}

} // namespace lua::http

#endif
