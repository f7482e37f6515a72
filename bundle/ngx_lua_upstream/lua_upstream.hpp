// The Lua package ngx.upstream. Its functions read the configuration that the process runs with;
// they keep nothing of their own.
#pragma once

#include "ngx/http.hpp"
#include "ngx_http_lua_api.h"

namespace lua_upstream {

// Returns the table of functions. May raise.
int open_package(lua_State* L);

} // namespace lua_upstream
