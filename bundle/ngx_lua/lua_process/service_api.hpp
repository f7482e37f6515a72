// What every binding adds to the `ngx` table of a VM.
#pragma once

#include "lua_process/service.hpp"

namespace lua::process {

// Fills the `ngx` table on top of the stack: ngx.config, timer, shared, and the tables that the Lua
// half fills. version: of the API that the binding offers. May raise.
void install_service_api(lua_State* L, const Service& service, const char* subsystem, int version);

// Adds an empty table to the one on top of the stack. May raise.
void add_table(lua_State* L, const char* name);

} // namespace lua::process
