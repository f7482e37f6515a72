// The part of sockets that cannot be done through the FFI: making the objects that Lua's collector
// owns.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::net {

// Makes the package "ngx_lua.net" available to require. Raises when memory is short.
void install_api(lua_State* L);

} // namespace lua::net
