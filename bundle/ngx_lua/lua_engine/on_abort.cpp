// ngx.on_abort: registers the callback that runs as a light thread when the client closes its
// connection. Noticing that is the binding's matter.
#include "lua_engine/api.hpp"
#include "lua_engine/host.hpp"

namespace lua {
namespace {

// The soft error where there can be no callback; null: none.
const char* refused(const Host& host) {
    if (host.abort_callback != nullptr) {
        return "duplicate call";
    }
    return host.checks_client_abort() ? nullptr : "lua_check_client_abort is off";
}

} // namespace

int on_abort(lua_State* L) {
    Host* host = current().host;
    if (host == nullptr) {
        return luaL_error(L, "no request found");
    }
    if (!kOutputPhases.has(host->phase)) {
        return luaL_error(L, "%s", refusal(host->phase));
    }
    if (const char* why = refused(*host)) {
        lua_pushnil(L);
        lua_pushstring(L, why);
        return 2;
    }
    if (lua_type(L, 1) != LUA_TFUNCTION || lua_iscfunction(L, 1) != 0) {
        return luaL_argerror(L, 1, "Lua function expected");
    }
    Task& self = check_task(L);
    Task* thread = self.run->reserve_thread(self);
    if (thread == nullptr) {
        return luaL_error(L, "no memory");
    }
    lua_pushvalue(L, 1);
    lua_xmove(L, thread->L, 1);
    host->abort_callback = thread;
    lua_pushinteger(L, 1);
    return 1;
}

} // namespace lua
