// What OpenSSL's callbacks of a server's handshake do: run a handler in the connection's TlsHost
// and translate its result. A binding installs the callbacks and finds the Site.
//
// A handler can wait only where nginx's core knows how to suspend a handshake (our patches, macro
// HAVE_PROXY_SSL_PATCH), and in ssl_session_fetch_by_lua* only if OpenSSL knows too
// (SSL_ERROR_PENDING_SESSION). Elsewhere waiting is an error.
#pragma once

#include "lua_ssl/tls_host.hpp"

#include <span>

namespace lua::ssl {

// As the callbacks of SSL_CTX_set_client_hello_cb and SSL_CTX_set_cert_cb return it: 1 go on, 0
// refuse, -1 call again later.
[[nodiscard]] int on_client_hello(SSL* ssl, const Site& site) noexcept;
[[nodiscard]] int on_certificate(SSL* ssl, const Site& site) noexcept;

// Session handlers work with the session cache, which TLS 1.3 does not have. Logs if so; the
// callback must not look at anything else then, requests may be running.
[[nodiscard]] bool skips_session_fetch(const SSL* ssl) noexcept;
[[nodiscard]] bool skips_session_store(const SSL* ssl) noexcept;

// As the callback of SSL_CTX_sess_set_get_cb returns it; the caller owns the session. Null: not
// found, or refused.
[[nodiscard]] SSL_SESSION* on_session_fetch(SSL* ssl, const Site& site,
                                            std::span<const u_char> id) noexcept;

void on_session_store(SSL* ssl, const Site& site, SSL_SESSION* session) noexcept;

// Debug line: the connection goes away while a handler waits.
void log_abort(const TlsHost& host) noexcept;

} // namespace lua::ssl
