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

// What nginx's debug log of an event wants to see in ev.data; the handler finds its object by the
// event's address.
NGX_LUA_API void init_event(ngx_event_t& ev, ngx_event_handler_pt handler, ngx_log_t* log) noexcept;

// Calls ev's handler in the next turn of the event loop, after other events.
NGX_LUA_API void post_next_turn(ngx_event_t& ev) noexcept;

// Undoes ngx_add_timer, ngx_post_event and post_next_turn.
NGX_LUA_API void disarm(ngx_event_t& ev) noexcept;

} // namespace lua
