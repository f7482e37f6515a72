// Lua value to JSON text.
#pragma once

#include "config.hpp"
#include "lua_api.hpp"

namespace cjson {

// The lua_CFunction behind cjson.encode(value): returns the text or raises.
int encode(lua_State* L);

} // namespace cjson
