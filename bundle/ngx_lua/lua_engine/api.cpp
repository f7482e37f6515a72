#include "lua_engine/api.hpp"

#include "lua_engine/log_api.hpp"

namespace lua {
namespace {

struct Constant {
    const char* name;
    int value;
};

constexpr Constant kConstants[] = {
    // clang-format off
    {"OK", NGX_OK}, {"ERROR", NGX_ERROR}, {"AGAIN", NGX_AGAIN}, {"DONE", NGX_DONE},
    {"DECLINED", NGX_DECLINED},

    {"STDERR", NGX_LOG_STDERR}, {"EMERG", NGX_LOG_EMERG}, {"ALERT", NGX_LOG_ALERT},
    {"CRIT", NGX_LOG_CRIT}, {"ERR", NGX_LOG_ERR}, {"WARN", NGX_LOG_WARN},
    {"NOTICE", NGX_LOG_NOTICE}, {"INFO", NGX_LOG_INFO}, {"DEBUG", NGX_LOG_DEBUG},
    // clang-format on
};

} // namespace

void install_engine_api(lua_State* L, const VmRecipe& recipe) {
    lua_createtable(L, 0, 128);

    for (const Constant& constant : kConstants) {
        lua_pushinteger(L, constant.value);
        lua_setfield(L, -2, constant.name);
    }
    lua_pushlightuserdata(L, nullptr);
    lua_setfield(L, -2, "null");

    install_log_api(L);
    install_thread_api(L);
    lua_pushcfunction(L, on_abort);
    lua_setfield(L, -2, "on_abort");
    recipe.install(L, recipe.data);

    lua_getglobal(L, "package");
    lua_getfield(L, -1, "loaded");
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "ngx");
    lua_pop(L, 2);
    for (const Preload& preload : recipe.preloads) {
        preload_package(L, preload);
    }

    lua_setglobal(L, "ngx");
    install_coroutine_api(L);
}

void preload_package(lua_State* L, const Preload& preload) {
    luaL_findtable(L, LUA_REGISTRYINDEX, "_PRELOAD", 1);
    lua_pushcfunction(L, preload.open);
    lua_setfield(L, -2, preload.package);
    lua_pop(L, 1);
}

} // namespace lua
