#include "lua_balancer/idle_pool.hpp"

#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <new>

namespace lua::balancer {
namespace {

bool same(const sockaddr* a, socklen_t a_len, const sockaddr_storage& b, socklen_t b_len) {
    return a_len == b_len && ngx_memcmp(a, &b, a_len) == 0;
}

bool matches(const Idle& idle, const PeerKey& key) {
    if (!same(key.peer, key.peer_len, idle.peer, idle.peer_len) || key.name != idle.name) {
        return false;
    }
    if (key.local == nullptr) {
        return idle.local_len == 0;
    }
    return same(key.local->sockaddr, key.local->socklen, idle.local, idle.local_len);
}

void set_log(ngx_connection_t* c, ngx_log_t* log) {
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->pool->log = log;
}

void trace([[maybe_unused]] ngx_log_t* log, [[maybe_unused]] const char* what,
           [[maybe_unused]] const ngx_connection_t* c, [[maybe_unused]] const PeerKey& key) {
    NGX_LUA_DEBUG(log, "lua balancer: keepalive %s connection %p, host: %V, name: %*s", what, c,
                  key.host, key.name.size(), key.name.data());
}

void on_write(ngx_event_t*) noexcept {}

void close(ngx_connection_t* c) noexcept {
#if (NGX_SSL)
    if (c->ssl != nullptr) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;
        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->handler = close;
            return;
        }
    }
#endif
    ngx_destroy_pool(c->pool);
    ngx_close_connection(c);
}

} // namespace

Idle* IdlePool::take(const PeerKey& key, ngx_log_t* log) noexcept {
    for (ngx_queue_t* q = ngx_queue_head(&idle_); q != ngx_queue_sentinel(&idle_);
         q = ngx_queue_next(q)) {
        auto* idle = ngx_queue_data(q, Idle, queue);
        if (!matches(*idle, key)) {
            continue;
        }
        ngx_queue_remove(q);
        size_--;

        ngx_connection_t* c = idle->connection;
        c->idle = 0;
        c->sent = 0;
        c->data = nullptr;
        set_log(c, log);
        if (c->read->timer_set) {
            ngx_del_timer(c->read);
        }
        trace(log, "reusing", c, key);
        return idle;
    }
    NGX_LUA_DEBUG(log, "lua balancer: keepalive no free connection, host: %V, name: %*s", key.host,
                  key.name.size(), key.name.data());
    return nullptr;
}

Idle* IdlePool::describe(ngx_connection_t* c, const PeerKey& key) noexcept {
    void* memory = ngx_palloc(c->pool, sizeof(Idle));
    ngx_str_t name = ngx::copy(c->pool, key.name);
    if (memory == nullptr || name.data == nullptr) {
        return nullptr;
    }
    auto* idle = new (memory) Idle{};
    idle->connection = c;
    idle->peer_len = key.peer_len;
    ngx_memcpy(&idle->peer, key.peer, key.peer_len);
    if (key.local != nullptr) {
        idle->local_len = key.local->socklen;
        ngx_memcpy(&idle->local, key.local->sockaddr, key.local->socklen);
    }
    idle->name = ngx::view(name);
    return idle;
}

bool IdlePool::keep(ngx_connection_t* c, Idle* idle, const PeerKey& key, ngx_msec_t timeout,
                    ngx_log_t* log) noexcept {
    if (idle == nullptr) {
        idle = describe(c, key);
    }
    if (idle == nullptr || ngx_handle_read_event(c->read, 0) != NGX_OK) {
        return false;
    }
    if (size_ >= capacity_) {
        drop(*ngx_queue_data(ngx_queue_last(&idle_), Idle, queue));
    }
    trace(log, "saving", c, key);
    idle->pool = this;
    ngx_queue_insert_head(&idle_, &idle->queue);
    size_++;

    c->read->delayed = 0;
    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }
    if (timeout != 0) {
        ngx_add_timer(c->read, timeout);
    }
    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }
    c->write->handler = on_write;
    c->read->handler = on_read;
    c->data = idle;
    c->idle = 1;
    set_log(c, ngx_cycle->log);
    if (c->read->ready) {
        on_read(c->read);
    }
    return true;
}

void IdlePool::drop(Idle& idle) noexcept {
    ngx_connection_t* c = idle.connection;
    NGX_LUA_DEBUG(c->log, "lua balancer: keepalive closing connection %p", c);
    ngx_queue_remove(&idle.queue);
    size_--;
    close(c);
}

// The server sent something or closed, the connection was idle for too long, or the worker closes
// idle connections.
void IdlePool::on_read(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);
    auto& idle = *static_cast<Idle*>(c->data);

    if (c->close == 0 && c->read->timedout == 0) {
        char byte = 0;
        ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
        if (n == -1 && ngx_socket_errno == NGX_EAGAIN) {
            ev->ready = 0;
            if (ngx_handle_read_event(c->read, 0) == NGX_OK) {
                return;
            }
        }
    }
    idle.pool->drop(idle);
}

} // namespace lua::balancer
