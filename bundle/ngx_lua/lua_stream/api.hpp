// The part of the `ngx` table that is the stream binding's own.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::stream {

// Fills the `ngx` table on top of the stack. data: the MainConf. May raise.
void install_api(lua_State* L, void* data);

} // namespace lua::stream
