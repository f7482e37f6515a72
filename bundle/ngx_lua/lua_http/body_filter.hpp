// The chunk of the response that body_filter_by_lua* has in hand: what ngx.arg shows and changes.
#pragma once

#include "lua_glue/lua.hpp"
#include "ngx/http.hpp"

#include <string_view>

namespace lua::http {

struct BodyFilter {
    ngx_chain_t* chain = nullptr;   // null: all data was dropped and there is no flag to pass on
    ngx_chain_t* waiting = nullptr; // input that came while earlier output was still unsent
    ngx_chain_t* free = nullptr;
    ngx_chain_t* busy = nullptr;
    bool eof = false;      // ngx.arg[2]
    bool replaced = false; // chain is ours, not nginx's
    bool ended = false;    // Lua code has marked the end: later chunks are dropped
};

// Implements `ngx.arg[1] = data` and `ngx.arg[2] = eof` in body_filter_by_lua*; both raise.
void set_filter_data(lua_State* L, int value);
void set_filter_eof(lua_State* L, bool eof);

// __newindex of ngx.arg.
int set_arg(lua_State* L);

} // namespace lua::http
