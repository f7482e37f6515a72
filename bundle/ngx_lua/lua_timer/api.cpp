#include "lua_timer/api.hpp"

#include "lua_engine/vm.hpp"
#include "lua_timer/pending_timer.hpp"

namespace lua::timer {
namespace {

// Longest delay, in milliseconds: far beyond any use, but the sum with the time of day still fits.
constexpr double kMaxDelay = 1e15;

Host& check_host(lua_State* L) {
    Host* host = current().host;
    if (host == nullptr) {
        luaL_error(L, "no request");
    }
    return *host;
}

ngx_msec_t check_delay(lua_State* L) {
    double msec = luaL_checknumber(L, 1) * 1000;
    if (!(msec > 0)) { // nor NaN
        return 0;
    }
    return static_cast<ngx_msec_t>(msec < kMaxDelay ? msec : kMaxDelay);
}

int refuse(lua_State* L, const char* why) {
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

int create(lua_State* L, PendingTimer::Kind kind) {
    int nargs = lua_gettop(L) - 2;
    if (nargs < 0) {
        return luaL_error(L, "expecting at least 2 arguments but got %d", nargs + 2);
    }
    ngx_msec_t delay = check_delay(L);
    if (kind == PendingTimer::Kind::repeated && delay == 0) {
        return luaL_error(L, "delay cannot be zero");
    }
    if (lua_type(L, 2) != LUA_TFUNCTION || lua_iscfunction(L, 2) != 0) {
        return luaL_argerror(L, 2, "Lua function expected");
    }
    Host& host = check_host(L);
    if (host.phase == Phase::exit_worker) {
        return luaL_error(L, "%s", refusal(host.phase));
    }
    if (ngx_exiting != 0 && delay > 0) {
        return refuse(L, "process exiting");
    }
    const Account& account = *host.vm().recipe().timers;
    if (account.pending >= account.max_pending) {
        return refuse(L, "too many pending timers");
    }
    if (PendingTimer::create(L, host, nargs, delay, kind) == nullptr) {
        return refuse(L, "no memory");
    }
    lua_pushinteger(L, 1);
    return 1;
}

int at(lua_State* L) {
    return create(L, PendingTimer::Kind::once);
}

int every(lua_State* L) {
    return create(L, PendingTimer::Kind::repeated);
}

template <ngx_int_t Account::*Count>
int count(lua_State* L) {
    lua_pushinteger(L, check_host(L).vm().recipe().timers->*Count);
    return 1;
}

constexpr luaL_Reg kFunctions[] = {
    {"at", at},
    {"every", every},
    {"running_count", count<&Account::running>},
    {"pending_count", count<&Account::pending>},
};

} // namespace

void install_api(lua_State* L) {
    lua_createtable(L, 0, 4);
    for (const luaL_Reg& function : kFunctions) {
        lua_pushcfunction(L, function.func);
        lua_setfield(L, -2, function.name);
    }
    lua_setfield(L, -2, "timer");
}

} // namespace lua::timer
