// Lua values that C++ objects hold: an array in the registry, with a slot for each value. Cheaper
// than luaL_ref, whose free list lies in the table itself; slots are reused, the last freed first.
#pragma once

#include "lua_glue/lua.hpp"

#include <vector>

namespace lua {

class Anchors {
public:
    // Makes the table. May raise.
    void open(lua_State* L);

    // Pops the value on top of L into a slot. May raise.
    [[nodiscard]] int keep(lua_State* L);

    // Pushes the slot's value.
    void push(lua_State* L, int slot) const;

    void drop(lua_State* L, int slot);

private:
    int table_ = 0; // registry slot
    int used_ = 0;
    std::vector<int> free_;
};

} // namespace lua
