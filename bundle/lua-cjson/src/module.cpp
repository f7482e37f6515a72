// The Lua modules `cjson` and `cjson.safe`: tables of functions around one Config each.
#include "config.hpp"
#include "constants.hpp"
#include "decoder.hpp"
#include "encoder.hpp"
#include "lua_api.hpp"

namespace cjson {
namespace {

constexpr char kName[] = "cjson";
constexpr char kVersion[] = "2.1.0.11";

// Calls upvalue 1, a function that raises, with the one argument. Returns its result, or nil and
// the error.
int call_safely(lua_State* L) {
    luaL_argcheck(L, lua_gettop(L) == 1, 1, "expected 1 argument");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (lua_pcall(L, 1, 1, 0) == 0) {
        return 1;
    }
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

enum class Errors { raised, returned };

// Adds the closure of `function` over the Config on top of the stack to the module table below.
void add_function(lua_State* L, const char* name, lua_CFunction function, Errors errors) {
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, function, 1);
    if (errors == Errors::returned) {
        lua_pushcclosure(L, call_safely, 1);
    }
    lua_setfield(L, -3, name);
}

template <Errors errors>
int new_module(lua_State* L) {
    lua_newtable(L);
    Config& config = push_config(L);
    add_function(L, "encode", encode, errors);
    add_function(L, "decode", decode, errors);
    add_function(L, "new", new_module<errors>, Errors::raised);
    for (const luaL_Reg* entry = kSettingFunctions; entry->name != nullptr; ++entry) {
        add_function(L, entry->name, entry->func, Errors::raised);
    }
    lua_pop(L, 1);

    push_null(L);
    lua_setfield(L, -2, "null");
    push_empty_array(L);
    lua_setfield(L, -2, "empty_array");
    push_array_metatable(L);
    config.array_metatable = lua_topointer(L, -1);
    lua_setfield(L, -2, "array_mt");
    push_empty_array_metatable(L);
    config.empty_array_metatable = lua_topointer(L, -1);
    lua_setfield(L, -2, "empty_array_mt");

    lua_pushstring(L, kName);
    lua_setfield(L, -2, "_NAME");
    lua_pushstring(L, kVersion);
    lua_setfield(L, -2, "_VERSION");
    return 1;
}

} // namespace
} // namespace cjson

extern "C" {

[[gnu::visibility("default")]] int luaopen_cjson(lua_State* L) {
    return cjson::new_module<cjson::Errors::raised>(L);
}

[[gnu::visibility("default")]] int luaopen_cjson_safe(lua_State* L) {
    return cjson::new_module<cjson::Errors::returned>(L);
}
}
