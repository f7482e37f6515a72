// Notice of a worker's graceful exit. nginx tells nobody but its idle connections, which it closes;
// so one connection without a socket is kept there, pretending to be idle, from the first moment
// that something wants to know.
#pragma once

#include "ngx/export.hpp"

namespace lua {

// Somebody who wants to know; a static object.
struct ShutdownListener {
    // Called once, when the worker begins to exit, and then once a turn of the event loop for as
    // long as it returns true. Must not run Lua.
    bool (*on_exit)() noexcept;
    ShutdownListener* next = nullptr;
    bool listed = false;
};

// Sees to it that the worker's exit is noticed: what is posted for the next turn of the event loop
// will get it. Costs one connection of the worker's.
NGX_LUA_API void watch_shutdown() noexcept;

// The same, and that `listener` is called.
NGX_LUA_API void watch_shutdown(ShutdownListener& listener) noexcept;

} // namespace lua
