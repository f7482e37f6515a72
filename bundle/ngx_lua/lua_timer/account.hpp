// How many timers a binding has, and may have, per worker: lua_max_pending_timers and
// lua_max_running_timers.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::timer {

struct Account {
    ngx_int_t max_pending = 1024;
    ngx_int_t max_running = 256;
    ngx_int_t pending = 0; // created, not expired
    ngx_int_t running = 0; // callbacks of which a light thread is alive
};

} // namespace lua::timer
