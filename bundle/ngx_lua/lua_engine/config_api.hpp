// ngx.config.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua {

// Adds `config` to the table on top of the stack. version: of the API that the binding offers; the
// Lua half asks for it. May raise.
void install_config_api(lua_State* L, const char* subsystem, int version);

} // namespace lua
