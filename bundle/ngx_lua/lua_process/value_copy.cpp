#include "lua_process/value_copy.hpp"

namespace lua::process {
namespace {

constexpr int kMaxDepth = 100;

const char* refuse(int type) {
    switch (type) {
    case LUA_TFUNCTION:
        return "unsupported Lua type: LUA_TFUNCTION";
    case LUA_TUSERDATA:
        return "unsupported Lua type: LUA_TUSERDATA";
    case LUA_TTHREAD:
        return "unsupported Lua type: LUA_TTHREAD";
    default: // cdata
        return "unsupported Lua type";
    }
}

const char* copy_value(lua_State* from, int index, lua_State* to, int depth);

const char* copy_table(lua_State* from, int index, lua_State* to, int depth) {
    if (depth == kMaxDepth) {
        return "suspicious circular references, table depth exceed max depth: 100";
    }
    lua_checkstack(from, 2);
    lua_newtable(to);
    lua_pushnil(from);
    while (lua_next(from, index) != 0) {
        const int value = lua_gettop(from);
        const char* refused = copy_value(from, value - 1, to, depth + 1);
        if (refused == nullptr) {
            refused = copy_value(from, value, to, depth + 1);
        }
        if (refused != nullptr) {
            return refused;
        }
        lua_rawset(to, -3);
        lua_pop(from, 1);
    }
    return nullptr;
}

const char* copy_value(lua_State* from, int index, lua_State* to, int depth) {
    lua_checkstack(to, 4);
    const int type = lua_type(from, index);
    switch (type) {
    case LUA_TNIL:
        lua_pushnil(to);
        return nullptr;
    case LUA_TBOOLEAN:
        lua_pushboolean(to, lua_toboolean(from, index));
        return nullptr;
    case LUA_TNUMBER:
        lua_pushnumber(to, lua_tonumber(from, index));
        return nullptr;
    case LUA_TSTRING:
        push(to, to_view(from, index));
        return nullptr;
    case LUA_TLIGHTUSERDATA:
        lua_pushlightuserdata(to, lua_touserdata(from, index));
        return nullptr;
    case LUA_TTABLE:
        return copy_table(from, index, to, depth);
    default:
        return refuse(type);
    }
}

} // namespace

const char* copy_values(lua_State* from, lua_State* to, int n) {
    const int from_top = lua_gettop(from);
    const int to_top = lua_gettop(to);
    for (int i = from_top - n + 1; i <= from_top; i++) {
        if (const char* refused = copy_value(from, i, to, 0)) {
            lua_settop(from, from_top);
            lua_settop(to, to_top);
            return refused;
        }
    }
    return nullptr;
}

} // namespace lua::process
