#include "constants.hpp"

namespace cjson {
namespace {

// Only the addresses count.
char empty_array;
char array_metatable_key;
char empty_array_metatable_key;

// Pushes the table that the registry holds under `key`; makes it at the first time.
void push_registry_table(lua_State* L, void* key) {
    lua_pushlightuserdata(L, key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushlightuserdata(L, key);
        lua_pushvalue(L, -2);
        lua_rawset(L, LUA_REGISTRYINDEX);
    }
}

} // namespace

const void* empty_array_address() {
    return &empty_array;
}

void push_null(lua_State* L) {
    lua_pushlightuserdata(L, nullptr);
}

void push_empty_array(lua_State* L) {
    lua_pushlightuserdata(L, &empty_array);
}

void push_array_metatable(lua_State* L) {
    push_registry_table(L, &array_metatable_key);
}

void push_empty_array_metatable(lua_State* L) {
    push_registry_table(L, &empty_array_metatable_key);
}

} // namespace cjson
