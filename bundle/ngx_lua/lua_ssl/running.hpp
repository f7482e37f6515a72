// The TLS connections of what runs now, for FFI functions: that of the client, and that to the
// server behind.
#pragma once

#include "lua_engine/host.hpp"
#include "lua_ssl/tls_host.hpp"
#include "ngx/export.hpp"

namespace lua::ssl {

inline constexpr int kNone = NGX_DECLINED; // there is no such thing; Lua returns nil

template <typename Text>
inline int fail(Text** err, const char* text) noexcept {
    *err = const_cast<char*>(text);
    return NGX_ERROR;
}

// Null with *err set where the client's connection has no TLS, or there is no client.
[[nodiscard]] inline SSL* client_tls(const char** err) noexcept {
    const ngx_connection_t* c = current().host->client_connection();
    if (c == nullptr || c->ssl == nullptr) {
        *err = "bad request";
        return nullptr;
    }
    return c->ssl->connection;
}

[[nodiscard]] inline SSL* client_tls(char** err) noexcept {
    return client_tls(const_cast<const char**>(err));
}

// The same for the connection to the server that the request or session is passed to.
[[nodiscard]] inline SSL* server_tls(const char** err) noexcept {
    const ngx_peer_connection_t* peer = current().host->peer();
    if (peer == nullptr) {
        *err = "bad upstream";
        return nullptr;
    }
    if (peer->connection == nullptr) {
        *err = "bad peer connection";
        return nullptr;
    }
    if (peer->connection->ssl == nullptr) {
        *err = "not ssl connection";
        return nullptr;
    }
    return peer->connection->ssl->connection;
}

// The connection's handshake; null with *err set where no Lua code ran in it.
[[nodiscard]] inline TlsHost* client_handshake(char** err) noexcept {
    SSL* tls = client_tls(err);
    if (tls == nullptr) {
        return nullptr;
    }
    TlsHost* host = TlsHost::of(tls);
    if (host == nullptr) {
        *err = const_cast<char*>("bad lua context");
    }
    return host;
}

} // namespace lua::ssl
