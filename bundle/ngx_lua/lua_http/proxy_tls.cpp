#include "lua_http/proxy_tls.hpp"

#include "lua_http/conf.hpp"

#if (NGX_HTTP_SSL)

#include "lua_http/http_host.hpp"
#include "ngx/log.hpp"

#include <cstring>

namespace lua::http {
namespace {

constexpr int kLater = -1;

// How log lines call a hook.
struct Names {
    Phase phase;
    const char* hook;
    const char* directive;
    const char* callback;
    const char* action;
};

constexpr Names kCertificate{Phase::proxy_ssl_cert, "proxy ssl cert",
                             "proxy_ssl_certificate_by_lua", "cert cb",
                             "loading proxy ssl certificate by lua"};
constexpr Names kVerify{Phase::proxy_ssl_verify, "proxy ssl verify", "proxy_ssl_verify_by_lua",
                        "cert verify callback", "loading proxy ssl verify by lua"};

ngx_connection_t& connection_of(const SSL* ssl) {
    return *static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl));
}

ngx_http_request_t& request_of(const SSL* ssl) {
    return *static_cast<ngx_http_request_t*>(connection_of(ssl).data);
}

int verdict(int result) {
    return result == NGX_ERROR || result >= NGX_HTTP_SPECIAL_RESPONSE ? 0 : 1;
}

// The connection is closed; if a handler waits, its handshake is gone.
void on_connection_end(void* data) noexcept {
    auto& host = *static_cast<HttpHost*>(data);
    if (host.proxy_tls.connection == nullptr) {
        return;
    }
    host.proxy_tls = {};
    const Names& names = host.phase == Phase::proxy_ssl_cert ? kCertificate : kVerify;
    NGX_LUA_DEBUG(host.log(), "%s: %s aborted", names.directive, names.callback);
    host.run.abort();
}

// Lets the handshake wait for the handler; false when memory is short.
bool suspend(HttpHost& host, ngx_connection_t& c) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(c.pool, 0);
    if (cleanup == nullptr) {
        return false;
    }
    cleanup->handler = on_connection_end;
    cleanup->data = &host;
    host.proxy_tls.connection = &c;
    host.proxy_tls.cleanup = cleanup;
    return true;
}

int first_call(HttpHost& host, ngx_connection_t& c, Handler& handler, const Names& names) {
    NGX_LUA_DEBUG(host.log(), "%s: connection reusable: %ud", names.hook, c.reusable);
    c.log->action = const_cast<char*>(names.action);
    host.proxy_tls = {};
    auto result = host.run_proxy_tls_handler(names.phase, handler);
    if (!result) {
#ifdef HAVE_PROXY_SSL_PATCH
        if (suspend(host, c)) {
            return kLater;
        }
#else
        ngx_log_error(NGX_LOG_CRIT, host.log(), 0,
                      "lua: cannot yield in %s: missing patch in the nginx core", names.callback);
#endif
        host.run.abort();
        return 0;
    }
    int code = verdict(*result);
    NGX_LUA_DEBUG(host.log(), "%s: handler return value: %i, %s exit code: %d", names.directive,
                  static_cast<ngx_int_t>(*result), names.callback, code);
    return code;
}

// 1 go on, 0 fail, -1 call again later.
int run(SSL* ssl, Handler& handler, const Names& names) {
    ngx_connection_t& c = connection_of(ssl);
    HttpHost* host = HttpHost::get(&request_of(ssl));
    if (host == nullptr) {
        return 0;
    }
    ProxyTlsHook& hook = host->proxy_tls;
    int code = kLater;
    if (hook.connection != &c) {
        code = first_call(*host, c, handler, names);
    } else if (hook.over) {
        code = verdict(hook.result);
        NGX_LUA_DEBUG(host->log(), "%s: %s exit code: %d", names.directive, names.callback, code);
        hook.cleanup->handler = nullptr; // the connection may outlive the request
        hook = {};
    }
    if (code != kLater) {
        c.log->action = const_cast<char*>("SSL handshaking to upstream");
    }
    return code;
}

// The context may be shared with locations that have no handler.
int on_certificate(SSL* ssl, void*) noexcept {
    Handler* handler = loc_conf(&request_of(ssl)).proxy_ssl_certificate;
    return handler == nullptr ? 1 : run(ssl, *handler, kCertificate);
}

bool waits(const SSL* ssl) {
    HttpHost* host = HttpHost::of(&request_of(ssl));
    return host != nullptr && host->proxy_tls.connection == &connection_of(ssl);
}

// What OpenSSL thinks of the certificate.
bool passes_default_verify(SSL* ssl, X509_STORE_CTX* store) {
    NGX_LUA_DEBUG(connection_of(ssl).log, "proxy_ssl_verify_by_lua: openssl default verify");
    int rc = X509_verify_cert(store);
    SSL_set_verify_result(ssl, X509_STORE_CTX_get_error(store));
    return rc == 1 && X509_STORE_CTX_get_error(store) == X509_V_OK;
}

int on_verify(X509_STORE_CTX* store, void*) noexcept {
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    LocConf& conf = loc_conf(&request_of(ssl));
    if (conf.proxy_ssl_verify == nullptr) {
        return X509_verify_cert(store);
    }
    // With proxy_ssl_verify off OpenSSL would not care for what is said here.
    SSL_set_verify(ssl, SSL_VERIFY_PEER, SSL_get_verify_callback(ssl));
    if (!waits(ssl)) {
        SSL_set_verify_result(ssl, X509_V_OK);
        if (conf.upstream_skip_openssl_default_verify == 0 && !passes_default_verify(ssl, store)) {
            return 0;
        }
    }
    int code = run(ssl, *conf.proxy_ssl_verify, kVerify);
#ifdef SSL_ERROR_WANT_RETRY_VERIFY
    if (code == kLater) {
        SSL_set_retry_verify(ssl);
        return 1;
    }
#endif
    int result = static_cast<int>(SSL_get_verify_result(ssl));
    if (code != 1 && result == X509_V_OK) {
        result = X509_V_ERR_APPLICATION_VERIFICATION;
    }
    X509_STORE_CTX_set_error(store, result);
    return result == X509_V_OK ? 1 : 0;
}

// ngx_http_proxy_module is looked for by name: it may be missing from the build.
const ngx_http_upstream_conf_t* proxy_conf(ngx_conf_t* cf) {
    for (ngx_module_t** m = cf->cycle->modules; *m != nullptr; m++) {
        if (std::strcmp((*m)->name, "ngx_http_proxy_module") == 0) {
            // It begins with what all upstream modules have.
            return static_cast<ngx_http_upstream_conf_t*>(
                ngx_http_conf_get_module_loc_conf(cf, (**m)));
        }
    }
    return nullptr;
}

ngx_int_t refuse(ngx_conf_t* cf, const char* directive) {
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s* should be used with proxy_pass https url",
                  directive);
    return NGX_ERROR;
}

} // namespace

ngx_int_t install_proxy_tls_hooks(ngx_conf_t* cf, const LocConf& conf) noexcept {
    if (conf.proxy_ssl_certificate == nullptr && conf.proxy_ssl_verify == nullptr) {
        return NGX_OK;
    }
    const ngx_http_upstream_conf_t* proxy = proxy_conf(cf);
    if (proxy == nullptr || proxy->ssl == nullptr || proxy->ssl->ctx == nullptr) {
        return refuse(cf, conf.proxy_ssl_certificate != nullptr ? kCertificate.directive
                                                                : kVerify.directive);
    }
    if (conf.proxy_ssl_certificate != nullptr) {
        SSL_CTX_set_cert_cb(proxy->ssl->ctx, on_certificate, nullptr);
    }
    if (conf.proxy_ssl_verify != nullptr) {
        SSL_CTX_set_cert_verify_callback(proxy->ssl->ctx, on_verify, nullptr);
    }
    return NGX_OK;
}

} // namespace lua::http

#else

namespace lua::http {

ngx_int_t install_proxy_tls_hooks(ngx_conf_t*, const LocConf&) noexcept {
    return NGX_OK;
}

} // namespace lua::http

#endif
