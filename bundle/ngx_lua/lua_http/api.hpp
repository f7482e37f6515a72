// What the http binding adds to the `ngx` table of a VM.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::http {

// VmRecipe::install: the `ngx` table is on top of the stack; data is the MainConf. May raise.
void install_api(lua_State* L, void* data);

// Native twins of FFI functions that may run Lua (through filters written in Lua), which a function
// called by FFI must not: package "ngx_lua.native". May raise.
int open_native(lua_State* L);

} // namespace lua::http
