// What ties the regex API to the engine: the only part that knows nginx.
#pragma once

#include "ngx/export.hpp"
#include "ngx/nginx.hpp"

namespace lua::regex {

// Makes the values of lua_regex_match_limit and lua_regex_cache_max_entries current. To be called
// by a binding before it creates its VM. Log lines go to the log of whatever runs Lua.
NGX_LUA_API void use_settings(ngx_int_t match_limit, ngx_int_t cache_max_entries) noexcept;

} // namespace lua::regex
