// Idle connections to upstream servers, kept by a worker for one upstream block. A connection is
// found again by the server's address, the name that was asked for in its TLS handshake (or that
// Lua code gave), and the local address it is bound to.
//
// The pool belongs to the configuration; a worker's connections never leave it. What is known of a
// connection, an Idle, lies in the connection's own nginx pool, made when it is first kept, so it
// costs nothing to keep the connection once more.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace lua::balancer {

class IdlePool;

struct PeerKey {
    const sockaddr* peer;
    socklen_t peer_len;
    const ngx_addr_t* local; // null: not bound
    std::string_view name;
    const ngx_str_t* host; // the peer's address as text, for the debug log
};

struct Idle {
    ngx_queue_t queue;
    IdlePool* pool;
    ngx_connection_t* connection;
    sockaddr_storage peer;
    sockaddr_storage local;
    socklen_t peer_len;
    socklen_t local_len; // 0: not bound
    std::string_view name;
};

class IdlePool {
public:
    void set_capacity(size_t n) noexcept {
        ngx_queue_init(&idle_);
        capacity_ = n;
    }

    // The connection kept last for this peer, taken out of the pool; null if there is none.
    [[nodiscard]] Idle* take(const PeerKey& key, ngx_log_t* log) noexcept;

    // Keeps connection c; `idle` is its description from take(), null for a new connection. The
    // least recently used connection is closed when the pool is full. A timeout of 0 is none.
    // Returns false if it could not be kept; it then still belongs to the caller.
    [[nodiscard]] bool keep(ngx_connection_t* c, Idle* idle, const PeerKey& key, ngx_msec_t timeout,
                            ngx_log_t* log) noexcept;

private:
    static Idle* describe(ngx_connection_t* c, const PeerKey& key) noexcept;
    static void on_read(ngx_event_t* ev) noexcept;
    void drop(Idle& idle) noexcept;

    ngx_queue_t idle_ = {}; // most recently used first
    size_t capacity_ = 0;
    size_t size_ = 0;
};

} // namespace lua::balancer
