// What `nginx -t` says about inline Lua code that does not compile. Upstream leaves it to the first
// request; a configuration with such code is legal, so this is a warning.
#pragma once

#include "lua_engine/chunk.hpp"
#include "ngx/nginx.hpp"

namespace lua {

// Compiles the chunk in a scratch state, when the configuration is only being tested, and logs a
// warning with the place in the configuration if that fails.
void check_syntax(ngx_conf_t* cf, const Chunk& chunk) noexcept;

} // namespace lua
