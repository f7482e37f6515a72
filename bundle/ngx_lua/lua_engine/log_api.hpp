// ngx.log and the global print: a line of Lua's in nginx's error log, prefixed with the place that
// wrote it ("[lua] handler.lua:12: check(): text"). Both are C functions, not FFI, since they need
// the caller's debug information.
#pragma once

#include "lua_glue/lua.hpp"
#include "ngx/nginx.hpp"

namespace lua {

// The log of what runs in L: the request's or timer's, else the cycle's. Never null.
ngx_log_t* log_of(lua_State* L);

// Sets ngx.log (the table `ngx` is on top of the stack and stays there) and the global print.
void install_log_api(lua_State* L);

} // namespace lua
