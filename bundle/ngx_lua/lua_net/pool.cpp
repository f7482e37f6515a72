#include "lua_net/pool.hpp"

#include "lua_engine/vm.hpp"
#include "lua_net/connector.hpp"
#include "ngx/log.hpp"

#include <memory>
#include <utility>

namespace lua::net {

struct Pool::Idle {
    Pool& pool;
    Kept kept;
    Idle* newer;
    Idle* older;
};

void close_connection(ngx_connection_t* c) noexcept {
    ngx_pool_t* memory = c->pool;
#if (NGX_SSL)
    if (c->ssl != nullptr) {
        c->ssl->no_wait_shutdown = 1;
        if (ngx_ssl_shutdown(c) == NGX_AGAIN) { // no room for the alert: without it
            c->ssl->no_send_shutdown = 1;
            static_cast<void>(ngx_ssl_shutdown(c));
        }
    }
#endif
    ngx_close_connection(c);
    if (memory != nullptr) {
        ngx_destroy_pool(memory);
    }
}

ssize_t probe(ngx_connection_t* c) noexcept {
    u_char byte = 0;
    if (c->ssl != nullptr) { // what arrived may be no data, but a session ticket
        return c->recv(c, &byte, 1);
    }
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
    if (n == -1 && ngx_socket_errno == NGX_EAGAIN) {
        c->read->ready = 0;
        return NGX_AGAIN;
    }
    return n;
}

Pool::Pool(Pools& owner, std::string_view key, ngx_int_t size, ngx_int_t backlog)
    : owner_(owner), key_(key), size_(size), backlog_(backlog) {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua tcp socket keepalive create connection pool for key \"%s\"",
                  key_.c_str());
    NGX_LUA_DEBUG(ngx_cycle->log, "lua tcp socket connection pool size: %i, backlog: %i", size_,
                  backlog_);
}

Pool::~Pool() {
    while (oldest_ != nullptr) {
        close_idle(*oldest_);
    }
}

// --- idle connections ---

Pool::Kept Pool::take_idle() noexcept {
    if (newest_ == nullptr) {
        return {};
    }
    std::unique_ptr<Idle> idle{newest_};
    newest_ = idle->older;
    (newest_ == nullptr ? oldest_ : newest_->newer) = nullptr;
    idle_--;
    ngx_event_t* rev = idle->kept.connection->read;
    if (rev->timer_set) {
        ngx_del_timer(rev);
    }
    return std::move(idle->kept);
}

void Pool::keep(Kept kept, ngx_msec_t timeout) noexcept {
    ngx_connection_t* c = kept.connection;
    if (idle_ >= size_) {
        close_idle(*oldest_);
        connections_--;
    }
    auto* idle = new Idle{*this, std::move(kept), nullptr, newest_};
    (newest_ == nullptr ? oldest_ : newest_->newer) = idle;
    newest_ = idle;
    idle_++;

    ngx_log_t* log = ngx_cycle->log;
    c->data = idle;
    c->idle = 1;
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    if (c->pool != nullptr) {
        c->pool->log = log;
    }
    c->read->handler = on_idle_event;
    c->write->handler = on_idle_write;
    if (timeout > 0) {
        NGX_LUA_DEBUG(log, "lua tcp socket keepalive timeout: %M ms", timeout);
        ngx_add_timer(c->read, timeout);
    } else {
        NGX_LUA_DEBUG(log, "lua tcp socket keepalive timeout: unlimited");
    }
    serve_queue();
}

void Pool::close_idle(Idle& idle) noexcept {
    std::unique_ptr<Idle> owned{&idle};
    (idle.newer == nullptr ? newest_ : idle.newer->older) = idle.older;
    (idle.older == nullptr ? oldest_ : idle.older->newer) = idle.newer;
    idle_--;
    close_connection(idle.kept.connection);
}

void Pool::on_idle_write(ngx_event_t*) noexcept {}

// The peer has closed, or sent what nobody asked for, or the time is over.
void Pool::on_idle_event(ngx_event_t* ev) noexcept {
    auto* c = static_cast<ngx_connection_t*>(ev->data);
    Idle& idle = *static_cast<Idle*>(c->data);
    Pool& pool = idle.pool;

    if (ev->timedout) {
        NGX_LUA_DEBUG(ev->log, "lua tcp socket keepalive max idle timeout");
    } else if (!c->close) {
        NGX_LUA_DEBUG(ev->log, "lua tcp socket keepalive close handler check stale events");
        if (probe(c) == NGX_AGAIN && ngx_handle_read_event(ev, 0) == NGX_OK) {
            return;
        }
    }
    NGX_LUA_DEBUG(ev->log, "lua tcp socket keepalive close handler: fd:%d", c->fd);
    pool.close_idle(idle);
    pool.discount_one();
}

// --- the queue ---

void Pool::enqueue(Connector& connector) noexcept {
    connector.next_in_queue = nullptr;
    (first_waiter_ == nullptr ? first_waiter_ : last_waiter_->next_in_queue) = &connector;
    last_waiter_ = &connector;
    queued_++;
}

void Pool::dequeue(Connector& connector) noexcept {
    Connector* before = nullptr;
    for (Connector* at = first_waiter_; at != nullptr; before = at, at = at->next_in_queue) {
        if (at != &connector) {
            continue;
        }
        (before == nullptr ? first_waiter_ : before->next_in_queue) = at->next_in_queue;
        if (last_waiter_ == at) {
            last_waiter_ = before;
        }
        queued_--;
        return;
    }
}

void Pool::discount_one() noexcept {
    connections_--;
    serve_queue();
    if (connections_ == 0 && first_waiter_ == nullptr && !serving_) {
        NGX_LUA_DEBUG(ngx_cycle->log, "lua tcp socket keepalive: free connection pool for \"%s\"",
                      key_.c_str());
        owner_.remove(*this);
    }
}

// An attempt that fails frees its place again: then it is the next one's turn, here.
void Pool::serve_queue() noexcept {
    if (serving_) {
        return;
    }
    serving_ = true;
    while (first_waiter_ != nullptr && (idle_ > 0 || connections_ < size_)) {
        Connector& next = *first_waiter_;
        dequeue(next);
        next.on_turn();
    }
    serving_ = false;
}

// --- all of a VM ---

namespace {

struct PoolsOfVm final : VmPart {
    Pools pools;
};

} // namespace

Pools& Pools::of(Vm& vm) noexcept {
    if (vm.connection_pools == nullptr) {
        vm.connection_pools = std::make_unique<PoolsOfVm>();
    }
    return static_cast<PoolsOfVm&>(*vm.connection_pools).pools;
}

Pools::~Pools() {
    for (const auto& [key, pool] : by_key_) {
        NGX_LUA_DEBUG(ngx_cycle->log,
                      "lua tcp socket keepalive: free connection pool %p for \"%s\"", pool.get(),
                      pool->key().c_str());
    }
}

Pool* Pools::find(std::string_view key) noexcept {
    auto at = by_key_.find(key);
    return at == by_key_.end() ? nullptr : at->second.get();
}

Pool& Pools::create(std::string_view key, ngx_int_t size, ngx_int_t backlog) {
    auto pool = std::make_unique<Pool>(*this, key, size, backlog);
    Pool& made = *pool;
    by_key_.emplace(std::string_view{made.key()}, std::move(pool));
    return made;
}

void Pools::remove(const Pool& pool) noexcept {
    by_key_.erase(std::string_view{pool.key()});
}

} // namespace lua::net
