// The warning about new global variables. Workers share one VM among all requests, so a global that
// a handler makes by mistake is seen, and overwritten, by every other request.
#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"
#include "lua_engine/log_api.hpp"

namespace lua {
namespace {

int on_new_global(lua_State* L) { // table, key, value
    const Current& now = current();
    bool quiet = now.host == nullptr || now.host->phase == Phase::none ||
                 now.host->phase == Phase::init_worker || now.host->phase == Phase::exit_worker;
    if (!quiet) {
        luaL_traceback(L, L, nullptr, 1);
        lua_pushvalue(L, 2);
        const char* name = lua_tostring(L, -1);
        ngx_log_error(NGX_LOG_WARN, log_of(L), 0,
                      "writing a global Lua variable ('%s') which may lead to race conditions "
                      "between concurrent requests, so prefer the use of 'local' variables\n%s",
                      name == nullptr ? "?" : name, lua_tostring(L, -2));
        lua_settop(L, 3);
    }
    lua_rawset(L, 1);
    return 0;
}

} // namespace

void guard_globals(lua_State* L) {
    lua_pushvalue(L, LUA_GLOBALSINDEX);
    if (lua_getmetatable(L, -1) == 0) {
        lua_createtable(L, 0, 1);
    }
    lua_pushcfunction(L, on_new_global);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

} // namespace lua
