#include "lua_engine/anchors.hpp"

namespace lua {
namespace {

// A table that has grown beyond this is replaced once it is empty.
constexpr int kLarge = 16384;

} // namespace

void Anchors::open(lua_State* L) {
    lua_newtable(L);
    table_ = luaL_ref(L, LUA_REGISTRYINDEX);
}

int Anchors::keep(lua_State* L) {
    int slot = 0;
    if (free_.empty()) {
        slot = ++used_;
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, table_);
    lua_insert(L, -2);
    lua_rawseti(L, -2, slot);
    lua_pop(L, 1);
    return slot;
}

void Anchors::push(lua_State* L, int slot) const {
    lua_rawgeti(L, LUA_REGISTRYINDEX, table_);
    lua_rawgeti(L, -1, slot);
    lua_remove(L, -2);
}

void Anchors::drop(lua_State* L, int slot) {
    free_.push_back(slot);
    if (used_ >= kLarge && static_cast<int>(free_.size()) == used_) {
        used_ = 0;
        free_ = {};
        lua_newtable(L);
        lua_rawseti(L, LUA_REGISTRYINDEX, table_);
        return;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, table_);
    lua_pushnil(L);
    lua_rawseti(L, -2, slot);
    lua_pop(L, 1);
}

} // namespace lua
