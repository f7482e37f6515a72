// The socket of a client library in nginx's event loop.
//
// The library owns the file descriptor, reads, writes and closes it; a Socket only tells its owner
// when that can go on, or that a time limit has passed. Events are level-triggered, since a library
// may leave bytes unread. Detach it before the library closes the descriptor.
#pragma once

#include "ngx/nginx.hpp"

#include <initializer_list>

namespace ngx::client {

// What is waited for.
struct Want {
    bool read = false;
    bool write = false;
};

class Socket {
public:
    // Is told of events. May destroy the Socket.
    class Owner {
    public:
        virtual void on_ready() = 0;
        virtual void on_timeout() = 0;
        virtual void on_close() = 0; // nginx wants an idle connection closed

    protected:
        ~Owner() = default;
    };

    explicit Socket(Owner& owner) : owner_(owner) {}
    ~Socket() { detach(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    // Waits for events of fd, which may be another one than before. False, logged, if that fails.
    [[nodiscard]] bool watch(int fd, Want want, ngx_log_t* log) {
        if (c_ != nullptr && c_->fd != fd) {
            detach();
        }
        if (c_ == nullptr && !attach(fd, log)) {
            return false;
        }
        c_->log = c_->read->log = c_->write->log = log;
        return set(c_->read, NGX_READ_EVENT, want.read) &&
               set(c_->write, NGX_WRITE_EVENT, want.write);
    }

    void set_timer(ngx_msec_t msec) {
        if (c_ != nullptr) {
            ngx_add_timer(c_->read, msec);
        }
    }

    void clear_timer() {
        if (c_ != nullptr && c_->read->timer_set) {
            ngx_del_timer(c_->read);
        }
    }

    // Calls on_ready() in the next round of the event loop.
    void post() { ngx_post_event(c_->read, &ngx_posted_next_events); }

    // An idle socket keeps no worker from exiting; nginx may close it when it needs connections.
    void set_idle(bool is_idle) {
        if (c_ != nullptr) {
            c_->idle = is_idle ? 1 : 0;
            ngx_reusable_connection(c_, is_idle ? 1 : 0);
        }
    }

    // Leaves the descriptor alone from now on.
    void detach() {
        if (c_ == nullptr) {
            return;
        }
        clear_timer();
        set_idle(false);
        if (ngx_del_conn != nullptr) {
            ngx_del_conn(c_, NGX_CLOSE_EVENT);
        } else {
            drop(c_->read, NGX_READ_EVENT);
            drop(c_->write, NGX_WRITE_EVENT);
        }
        for (ngx_event_t* ev : {c_->read, c_->write}) {
            if (ev->posted) {
                ngx_delete_posted_event(ev);
            }
            ev->closed = 1;
        }
        ngx_free_connection(c_);
        c_->fd = static_cast<ngx_socket_t>(-1);
        c_ = nullptr;
    }

private:
    bool attach(int fd, ngx_log_t* log) {
        c_ = ngx_get_connection(fd, log);
        if (c_ == nullptr) {
            return false;
        }
        c_->data = this;
        c_->read->handler = c_->write->handler = on_event;
        return true;
    }

    static bool set(ngx_event_t* ev, ngx_int_t which, bool on) {
        if (on == static_cast<bool>(ev->active)) {
            return true;
        }
        return (on ? ngx_add_event(ev, which, NGX_LEVEL_EVENT) : ngx_del_event(ev, which, 0)) ==
               NGX_OK;
    }

    static void drop(ngx_event_t* ev, ngx_int_t which) {
        if (ev->active || ev->disabled) {
            ngx_del_event(ev, which, NGX_CLOSE_EVENT);
        }
    }

    static void on_event(ngx_event_t* ev) noexcept {
        auto* c = static_cast<ngx_connection_t*>(ev->data);
        Owner& owner = static_cast<Socket*>(c->data)->owner_;
        if (c->close) {
            owner.on_close();
        } else if (ev->timedout) {
            ev->timedout = 0;
            owner.on_timeout();
        } else {
            owner.on_ready();
        }
    }

    Owner& owner_;
    ngx_connection_t* c_ = nullptr;
};

} // namespace ngx::client
