// Connections that were kept alive, for the next connect() to the same peer; and, where a pool has
// a backlog, the connect operations that wait because as many connections are open as it allows.
//
// A VM has its own pools, by key. A pool counts the connections that were made through it while it
// existed and the idle ones; it goes away when none is left.
#pragma once

#include "lua_net/user_data.hpp"
#include "ngx/nginx.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lua {
class Vm;
}

namespace lua::net {

class Connector;
class Pools;

class Pool {
public:
    static constexpr ngx_int_t kNoBacklog = -1;

    Pool(Pools& owner, std::string_view key, ngx_int_t size, ngx_int_t backlog);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    struct Kept {
        ngx_connection_t* connection = nullptr;
        ngx_uint_t reused = 0;
        std::unique_ptr<UserData> user_data = nullptr;
    };

    // The connection that was kept last; null if there is none.
    [[nodiscard]] Kept take_idle() noexcept;

    // Keeps a connection that the pool counts already. Timeout 0: for ever.
    void keep(Kept kept, ngx_msec_t timeout) noexcept;

    // A connection of this pool is about to be made, or was made before the pool existed.
    void count_one() noexcept { connections_++; }
    // A counted connection is gone, or an attempt to make one has failed. The pool may be gone
    // afterwards.
    void discount_one() noexcept;

    // No more connections may be made now.
    [[nodiscard]] bool full() const noexcept {
        return backlog_ != kNoBacklog && connections_ >= size_;
    }
    [[nodiscard]] bool queue_full() const noexcept { return queued_ >= backlog_; }
    void enqueue(Connector& connector) noexcept;
    void dequeue(Connector& connector) noexcept; // it gives up

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] ngx_int_t connections() const noexcept { return connections_; }

private:
    struct Idle;

    void serve_queue() noexcept;
    void close_idle(Idle& idle) noexcept;
    static void on_idle_event(ngx_event_t* ev) noexcept;
    static void on_idle_write(ngx_event_t* ev) noexcept;

    Pools& owner_;
    std::string key_;
    ngx_int_t size_;
    ngx_int_t backlog_;
    ngx_int_t connections_ = 0;
    ngx_int_t queued_ = 0;
    Connector* first_waiter_ = nullptr;
    Connector* last_waiter_ = nullptr;
    Idle* newest_ = nullptr;
    Idle* oldest_ = nullptr;
    ngx_int_t idle_ = 0;
    bool serving_ = false;
};

// The pools of one VM.
class Pools {
public:
    [[nodiscard]] static Pools& of(Vm& vm) noexcept;

    Pools() = default;
    ~Pools();
    Pools(const Pools&) = delete;
    Pools& operator=(const Pools&) = delete;

    [[nodiscard]] Pool* find(std::string_view key) noexcept;
    [[nodiscard]] Pool& create(std::string_view key, ngx_int_t size, ngx_int_t backlog);
    void remove(const Pool& pool) noexcept;

private:
    std::unordered_map<std::string_view, std::unique_ptr<Pool>> by_key_; // keys are the pools' own
};

// Whether a connection that should be silent is: NGX_AGAIN if so, 0 if the peer has closed it.
[[nodiscard]] ssize_t probe(ngx_connection_t* c) noexcept;

// Closes the connection and frees what belongs to it.
void close_connection(ngx_connection_t* c) noexcept;

} // namespace lua::net
