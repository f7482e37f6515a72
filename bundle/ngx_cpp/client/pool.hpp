// Connections to the servers of one upstream block, kept open between requests; one Pool a worker
// and block.
//
// A Connection is owned by the request that uses it, or by the Pool while it is idle. The idle ones
// are used last in, first out; when there is no room, the oldest makes way. What a server sends
// while a connection is idle mostly means that it closes it; Connection::is_usable() decides.
#pragma once

#include "client/socket.hpp"

#include "ngx/nginx.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace ngx::client {

struct Peer;
class Pool;

// A module's connection derives from this and adds what its library knows of it. Its destructor has
// to call socket().detach() before the library closes the descriptor.
class Connection : private Socket::Owner {
public:
    virtual ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] Socket& socket() { return socket_; }
    [[nodiscard]] const Peer& peer() const { return peer_; }

    // Who is told of the socket's events: the request's exchange.
    void set_user(Socket::Owner* user) { user_ = user; }

    unsigned uses = 0; // requests that were served to the end

protected:
    Connection(Pool& pool, const Peer& peer);

    // Something came while the connection was idle: false if it cannot be used any more.
    [[nodiscard]] virtual bool is_usable() { return false; }
    [[nodiscard]] virtual int fd() const = 0;

private:
    friend class Pool;

    void on_ready() override;
    void on_timeout() override;
    void on_close() override;

    Pool& pool_;
    const Peer& peer_;
    Socket socket_;
    Socket::Owner* user_ = nullptr; // null: idle
};

enum class Mode { single, multi };      // which idle connections serve a request: any, same peer
enum class Overflow { ignore, reject }; // what happens to requests when all are in use

struct PoolSettings {
    size_t max = 0; // idle connections; 0: none are kept
    Mode mode = Mode::multi;
    Overflow overflow = Overflow::ignore;
};

class Pool {
public:
    explicit Pool(const PoolSettings& settings)
        : settings_(settings), free_uses_(settings.max, 0) {}
    ~Pool() { idle_.clear(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // An idle connection for a request that would go to `peer`; null if there is none.
    [[nodiscard]] std::unique_ptr<Connection> take(const Peer& peer) {
        for (auto it = idle_.begin(); it != idle_.end(); ++it) {
            if (settings_.mode == Mode::single || &(*it)->peer() == &peer) {
                std::unique_ptr<Connection> found = std::move(*it);
                idle_.erase(it);
                free_uses_.insert(free_uses_.begin(), found->uses);
                found->socket().set_idle(false);
                return found;
            }
        }
        return nullptr;
    }

    // Whether a request that found no idle connection has to be turned away.
    [[nodiscard]] bool rejects() const {
        return settings_.max > 0 && settings_.overflow == Overflow::reject &&
               active_ >= settings_.max;
    }

    // Takes back a connection that is ready for the next request.
    void put(std::unique_ptr<Connection> connection) {
        connection->set_user(nullptr);
        connection->uses++;
        const bool is_closing = ngx_exiting || ngx_terminate || ngx_quit;
        connection->socket().clear_timer();
        if (settings_.max == 0 || is_closing ||
            !connection->socket().watch(connection->fd(), {.read = true}, ngx_cycle->log)) {
            return;
        }

        if (idle_.size() == settings_.max) {
            idle_.pop_back();
        } else {
            free_uses_.erase(free_uses_.begin());
        }
        connection->socket().set_idle(true);
        idle_.push_front(std::move(connection));
    }

    [[nodiscard]] const PoolSettings& settings() const { return settings_; }
    [[nodiscard]] size_t active() const { return active_; }

    // How often each idle connection was used, and each that was once in a free place.
    [[nodiscard]] std::vector<unsigned> idle_uses() const {
        std::vector<unsigned> uses;
        for (const auto& connection : idle_) {
            uses.push_back(connection->uses);
        }
        return uses;
    }
    [[nodiscard]] const std::vector<unsigned>& free_uses() const { return free_uses_; }

private:
    friend class Connection;

    void close_idle(const Connection& connection) {
        for (auto it = idle_.begin(); it != idle_.end(); ++it) {
            if (it->get() == &connection) {
                free_uses_.insert(free_uses_.begin(), connection.uses);
                idle_.erase(it);
                return;
            }
        }
    }

    PoolSettings settings_;
    size_t active_ = 0;                            // connections there are, idle ones included
    std::deque<std::unique_ptr<Connection>> idle_; // the last one used first
    std::vector<unsigned> free_uses_;
};

inline Connection::Connection(Pool& pool, const Peer& peer)
    : pool_(pool), peer_(peer), socket_(*this) {
    pool_.active_++;
}

inline Connection::~Connection() {
    pool_.active_--;
}

inline void Connection::on_ready() {
    if (user_ != nullptr) {
        user_->on_ready();
    } else if (!is_usable()) {
        pool_.close_idle(*this);
    }
}

inline void Connection::on_timeout() {
    if (user_ != nullptr) {
        user_->on_timeout();
    }
}

inline void Connection::on_close() {
    if (user_ == nullptr) {
        pool_.close_idle(*this);
    }
}

} // namespace ngx::client
