// nginx events that belong to no connection: timers and turns of the event loop that the engine
// arms for itself.
//
// A worker that exits leaves its loop as soon as no timer is armed, whatever is posted. So that
// nothing posted is lost then, post_next_turn() arms a timer instead while the worker exits, and
// shutdown.cpp gives what was posted before one more turn.
#pragma once

#include "ngx/export.hpp"
#include "ngx/nginx.hpp"

namespace lua {

// ev.data becomes what nginx's debug log of timers wants to see there: a connection.
NGX_LUA_API void init_event(ngx_event_t& ev, ngx_event_handler_pt handler, ngx_log_t* log) noexcept;

// An event that knows its owner, whom ev.data cannot name.
template <typename T>
struct OwnedEvent {
    ngx_event_t event = {};
    T* owner = nullptr;

    void init(T& owned_by, ngx_event_handler_pt handler, ngx_log_t* log) noexcept {
        owner = &owned_by;
        init_event(event, handler, log);
    }

    [[nodiscard]] static T& owner_of(ngx_event_t* ev) noexcept {
        return *reinterpret_cast<OwnedEvent*>(ev)->owner;
    }
};

// Calls ev's handler in the next turn of the event loop, after other events.
NGX_LUA_API void post_next_turn(ngx_event_t& ev) noexcept;

// Undoes ngx_add_timer, ngx_post_event and post_next_turn.
NGX_LUA_API void disarm(ngx_event_t& ev) noexcept;

} // namespace lua
