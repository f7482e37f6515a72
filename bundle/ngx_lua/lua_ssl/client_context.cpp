#include "lua_ssl/client_context.hpp"

#if (NGX_SSL)

#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <cstring>

namespace lua::ssl {
namespace {

// One line of the NSS key log format. The file is found through the context: ngx_ssl_create() keeps
// the pointer that it is given.
void log_key(const SSL* ssl, const char* line) noexcept {
    auto* file = static_cast<ngx_open_file_t*>(ngx_ssl_get_server_conf(SSL_get_SSL_CTX(ssl)));
    auto* c = static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl));
    size_t len = std::strlen(line);

    // One write, so that the lines of several workers do not mix.
    auto* copy = static_cast<u_char*>(ngx_alloc(len + 1, c->log));
    if (copy == nullptr) {
        return;
    }
    *ngx_cpymem(copy, line, len) = '\n';
    static_cast<void>(ngx_write_fd(file->fd, copy, len + 1));
    ngx_free(copy);
}

bool load_certificates(ngx_conf_t* cf, ngx_ssl_t* tls, const ClientOptions& options) {
    if (options.certificates == nullptr) {
        return true;
    }
    auto* certificates = static_cast<ngx_str_t*>(options.certificates->elts);
    ngx_uint_t n = options.certificates->nelts;
    if (options.certificate_keys == nullptr || options.certificate_keys->nelts < n) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"lua_ssl_certificate_key\" is defined for certificate \"%V\"",
                      &certificates[n - 1]);
        return false;
    }
    return ngx_ssl_certificates(cf, tls, options.certificates, options.certificate_keys, nullptr) ==
           NGX_OK;
}

bool configure(ngx_conf_t* cf, ngx_ssl_t* tls, ClientOptions& options) {
    return load_certificates(cf, tls, options) &&
           ngx_ssl_ciphers(cf, tls, &options.ciphers, 0) == NGX_OK &&
           ngx_ssl_trusted_certificate(cf, tls, &options.trusted_certificate,
                                       options.verify_depth) == NGX_OK &&
           ngx_ssl_crl(cf, tls, &options.crl) == NGX_OK &&
           ngx_ssl_conf_commands(cf, tls, options.conf_commands) == NGX_OK;
}

} // namespace

ngx_ssl_t* make_client_context(ngx_conf_t* cf, ClientOptions& options) noexcept {
    auto* tls = ngx::make<ngx_ssl_t>(cf->pool);
    if (tls == nullptr) {
        return nullptr;
    }
    tls->log = cf->log;

    ngx_open_file_t* key_log = nullptr;
    if (options.key_log.len > 0) {
        if (ngx_conf_full_name(cf->cycle, &options.key_log, 1) != NGX_OK) {
            return nullptr;
        }
        key_log = ngx_conf_open_file(cf->cycle, &options.key_log);
        if (key_log == nullptr) {
            return nullptr;
        }
    }
    if (ngx_ssl_create(tls, options.protocols, key_log) != NGX_OK) {
        return nullptr;
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == nullptr) {
        ngx_ssl_cleanup_ctx(tls);
        return nullptr;
    }
    cleanup->handler = ngx_ssl_cleanup_ctx;
    cleanup->data = tls;

    if (!configure(cf, tls, options)) {
        return nullptr;
    }
    if (key_log != nullptr) {
        SSL_CTX_set_keylog_callback(tls->ctx, log_key);
    }
    return tls;
}

} // namespace lua::ssl

#endif
