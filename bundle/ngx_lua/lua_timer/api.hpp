// ngx.timer.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::timer {

// Adds ngx.timer; the `ngx` table is on top of the stack. May raise.
void install_api(lua_State* L);

} // namespace lua::timer
