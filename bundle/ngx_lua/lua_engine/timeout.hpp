// A timer that belongs to an object, mostly to a Wait: calls the object when the time is over. A
// member of the object, so it ends with it.
#pragma once

#include "lua_engine/event.hpp"
#include "ngx/nginx.hpp"

namespace lua {

template <typename Owner, void (Owner::*on_timeout)() noexcept>
class Timeout {
public:
    explicit Timeout(Owner& owner) noexcept : owner_(owner) {
        init_event(event_.event, on_event, ngx_cycle->log);
        event_.self = this;
    }
    ~Timeout() { stop(); }
    Timeout(const Timeout&) = delete;
    Timeout& operator=(const Timeout&) = delete;

    // 0: never.
    void start(ngx_msec_t msec) noexcept {
        if (msec != 0) {
            ngx_add_timer(&event_.event, msec);
        }
    }

    void stop() noexcept { disarm(event_.event); }

private:
    struct Event {
        ngx_event_t event = {}; // nginx hands it back
        Timeout* self = nullptr;
    };

    static void on_event(ngx_event_t* ev) noexcept {
        (reinterpret_cast<Event*>(ev)->self->owner_.*on_timeout)();
    }

    Owner& owner_;
    Event event_;
};

} // namespace lua
