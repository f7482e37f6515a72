// JSON text to Lua value.
#pragma once

#include "config.hpp"
#include "lua_api.hpp"

namespace cjson {

// The lua_CFunction behind cjson.decode(text): returns the value or raises.
int decode(lua_State* L);

} // namespace cjson
