// The values of a module table that have an identity: null, empty_array and the two metatables.
//
// They are the same in every module table of a Lua state, also after `package.loaded.cjson = nil`
// and a second require: null and empty_array are light userdata with fixed addresses, and the
// metatables are anchored in the registry.
#pragma once

#include "lua_api.hpp"

namespace cjson {

// Light userdata: null is the null pointer (as ngx.null is), empty_array an address of our own.
const void* empty_array_address();
void push_null(lua_State* L);
void push_empty_array(lua_State* L);

// Empty tables that serve as marks only.
void push_array_metatable(lua_State* L);
void push_empty_array_metatable(lua_State* L);

} // namespace cjson
