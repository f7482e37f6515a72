// ngx.location: subrequests whose responses are captured.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::http {

// Adds ngx.location; the `ngx` table is on top of the stack.
void install_subrequest_api(lua_State* L);

// Adds the filters that capture responses; at configuration time.
void install_capture_filters() noexcept;

} // namespace lua::http
