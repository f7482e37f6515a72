// proxy_ssl_certificate_by_lua* and proxy_ssl_verify_by_lua*: handlers of the request that run in
// the TLS handshake with the server that the request is passed to. OpenSSL calls back; a handler
// that waits suspends the handshake, which is started again when the handler is over.
#pragma once

#include "lua_engine/phase.hpp"
#include "ngx/http.hpp"

namespace lua::http {

class HttpHost;
struct LocConf;

// Makes OpenSSL call back for a location that has such handlers. NGX_ERROR after logging why.
[[nodiscard]] ngx_int_t install_proxy_tls_hooks(ngx_conf_t* cf, const LocConf& conf) noexcept;

// What a request's host knows of such a handler.
struct ProxyTlsHook {
    ngx_connection_t* connection = nullptr; // whose handshake waits for the handler
    ngx_pool_cleanup_t* cleanup = nullptr;  // notices when it is closed meanwhile
    int result = 0;                         // of the handler, as soon as it is over
    bool over = false;
};

inline constexpr PhaseSet kProxyTlsPhases{Phase::proxy_ssl_cert, Phase::proxy_ssl_verify};

} // namespace lua::http
