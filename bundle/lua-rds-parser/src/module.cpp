// The Lua module `rds.parser`.
#include "reader.hpp"

extern "C" {
#include <lauxlib.h>
}

namespace {

constexpr char kVersion[] = "0.05";

int parse(lua_State* L) {
    if (lua_gettop(L) != 1) {
        return luaL_error(L, "expected one argument but got %d", lua_gettop(L));
    }
    size_t len = 0;
    const char* const data = luaL_checklstring(L, 1, &len);
    rds::Reader reader({data, len});
    if (reader.push_result(L)) {
        return 1;
    }
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

} // namespace

extern "C" [[gnu::visibility("default")]] int luaopen_rds_parser(lua_State* L) {
    lua_newtable(L);
    lua_pushcfunction(L, parse);
    lua_setfield(L, -2, "parse");
    lua_pushstring(L, kVersion);
    lua_setfield(L, -2, "_VERSION");
    lua_pushlightuserdata(L, nullptr);
    lua_setfield(L, -2, "null");
    return 1;
}
