// A timer that belongs to an object, mostly to a Wait: calls the object when the time is over. A
// member of the object, so it ends with it.
#pragma once

#include "ngx/nginx.hpp"

namespace lua {

template <typename Owner, void (Owner::*on_timeout)() noexcept>
class Timeout {
public:
    explicit Timeout(Owner& owner) noexcept : owner_(owner) {
        event_.event.handler = [](ngx_event_t* ev) noexcept {
            (reinterpret_cast<Event*>(ev)->self->owner_.*on_timeout)();
        };
        event_.event.data = &no_connection();
        event_.self = this;
    }
    ~Timeout() { stop(); }
    Timeout(const Timeout&) = delete;
    Timeout& operator=(const Timeout&) = delete;

    // 0: never.
    void start(ngx_msec_t msec) noexcept {
        if (msec != 0) {
            event_.event.log = ngx_cycle->log;
            ngx_add_timer(&event_.event, msec);
        }
    }

    void stop() noexcept {
        if (event_.event.timer_set) {
            ngx_del_timer(&event_.event);
        }
    }

private:
    // nginx hands the event back, and for a debug line reads the fd of what `data` points to.
    struct Event {
        ngx_event_t event = {};
        Timeout* self = nullptr;
    };

    static ngx_connection_t& no_connection() noexcept {
        static ngx_connection_t connection;
        connection.fd = static_cast<ngx_socket_t>(-1);
        return connection;
    }

    Owner& owner_;
    Event event_;
};

} // namespace lua
