// ngx.ctx: where the reference of a host's table is kept. The tables themselves lie in a registry
// table that the Lua half manages as a list of references (resty.core.base's ref_in_table).
#pragma once

#include "lua_engine/host.hpp"

namespace lua {

// Keeps the table at index; returns its reference. May raise.
[[nodiscard]] int keep_ctx_table(lua_State* L, int index);

// Gives back a table that no host owns.
void drop_ctx_table(Vm& vm, int ref) noexcept;

// Gives back the host's ngx.ctx table, if it has one.
void release_ctx_table(Host& host) noexcept;

} // namespace lua
