// Copies Lua values from one VM to another: nil, booleans, numbers, strings, light userdata, and
// tables of these, without metatables. A table that is met twice is copied twice.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::process {

// Copies n values from the top of `from` to the top of `to`. Returns null, or why that cannot be;
// `to` is then as it was. May raise for lack of memory.
[[nodiscard]] const char* copy_values(lua_State* from, lua_State* to, int n);

} // namespace lua::process
