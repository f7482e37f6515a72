// The FFI functions behind sslhandshake and what else concerns a socket's TLS. Their signatures are
// known to Lua code in the wild.
#include "lua_net/tcp_socket.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

#if (NGX_SSL)

namespace lua::net {
namespace {

constexpr int kError = -1;
constexpr int kAlready = -4;

int refuse(const char** err, const char* why) noexcept {
    *err = why;
    return kError;
}

// Null, or why nothing can be done with the socket's TLS connection now.
const char* check(const TcpSocket* u) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        return "closed";
    }
    if (!u->usable_here()) {
        return "bad request";
    }
    return u->kind != TcpSocket::Kind::client ? "not supported for downstream sockets" : nullptr;
}

bool has_tls(const TcpSocket& u) noexcept {
    return u.connection->ssl != nullptr && u.connection->ssl->handshaked;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_sslhandshake(void*, TcpSocket* u, SSL_SESSION* session,
                                                    int wants_session, ngx_str_t* server_name,
                                                    int verify, int wants_ocsp_status,
                                                    STACK_OF(X509) * chain, EVP_PKEY* key,
                                                    const char** err) noexcept {
    const char* why = check(u);
    if (why == nullptr) {
        why = u->busy();
    }
    if (why == nullptr && !kYieldPhases.has(current().host->phase)) {
        why = refusal(current().host->phase);
    }
    if (why != nullptr) {
        return refuse(err, why);
    }
    if (has_tls(*u)) {
        return kAlready;
    }
    if (u->reader.closed || u->writer.closed) {
        return refuse(err, "closed");
    }
    TlsClient::Request request = {
        .session = session,
        .server_name = server_name,
        .chain = chain,
        .key = key,
        .wants_session = wants_session != 0,
        .verify = verify != 0,
        .wants_ocsp_status = wants_ocsp_status != 0,
    };
    int rc = u->tls.start(request);
    // Done or failed at once, the outcome is asked for like that of a handshake that waited.
    return rc == kFailed ? kDone : rc;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_get_sslhandshake_result(void*, TcpSocket* u,
                                                               SSL_SESSION** session,
                                                               const char** err,
                                                               int* verify_error) noexcept {
    TlsClient::Outcome outcome = {};
    int rc = u->tls.result(outcome);
    *session = outcome.session;
    *verify_error = outcome.verify_error;
    return rc == kDone ? kDone : refuse(err, outcome.err);
}

NGX_LUA_FFI void ngx_lua_ffi_ssl_free_session(SSL_SESSION* session) noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua ssl free session: %p", session);
    ngx_ssl_free_session(session);
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_get_ssl_session(void*, TcpSocket* u, SSL_SESSION** session,
                                                       const char** err) noexcept {
    if (u == nullptr || u->connection == nullptr || !has_tls(*u)) {
        return refuse(err, "closed");
    }
    SSL_SESSION* current_session = SSL_get1_session(u->connection->ssl->connection);
    if (current_session == nullptr) {
        return refuse(err, "no session");
    }
    if (SSL_SESSION_is_resumable(current_session) == 0) {
        ngx_ssl_free_session(current_session);
        return refuse(err, "not resumable");
    }
    *session = current_session;
    return kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_get_ssl_pointer(void*, TcpSocket* u, SSL** ssl,
                                                       const char** err) noexcept {
    if (u == nullptr || u->connection == nullptr) {
        return refuse(err, "closed");
    }
    if (u->connection->ssl == nullptr) {
        return refuse(err, "no ssl connection");
    }
    *ssl = u->connection->ssl->connection;
    return kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_get_ssl_ctx(void*, TcpSocket* u, SSL_CTX** context,
                                                   const char** err) noexcept {
    SSL* ssl = nullptr;
    if (ngx_lua_ffi_socket_tcp_get_ssl_pointer(nullptr, u, &ssl, err) != kDone) {
        return kError;
    }
    *context = SSL_get_SSL_CTX(ssl);
    return *context == nullptr ? refuse(err, "no ssl context") : kDone;
}

NGX_LUA_FFI int ngx_lua_ffi_socket_tcp_settrustedstore(void*, TcpSocket* u, X509_STORE* store,
                                                       const char** err) noexcept {
    const char* why = check(u);
    if (why == nullptr) {
        why = u->busy();
    }
    if (why == nullptr && has_tls(*u)) {
        why = "ssl handshake already done; trusted store cannot be changed on an established TLS "
              "connection";
    }
    if (why != nullptr) {
        return refuse(err, why);
    }
    u->tls.trust(store);
    return kDone;
}

} // namespace lua::net

#endif
