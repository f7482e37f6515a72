#include "lua_engine/config_api.hpp"

#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua {
namespace {

int config_prefix(lua_State* L) {
    push(L, ngx::view(const_cast<const ngx_cycle_t*>(ngx_cycle)->prefix));
    return 1;
}

int config_configure(lua_State* L) {
    lua_pushliteral(L, NGX_CONFIGURE);
    return 1;
}

} // namespace

void install_config_api(lua_State* L, const char* subsystem, int version) {
    lua_createtable(L, 0, 6);
    lua_pushstring(L, subsystem);
    lua_setfield(L, -2, "subsystem");
    lua_pushboolean(L, ngx::debug_build ? 1 : 0);
    lua_setfield(L, -2, "debug");
    lua_pushcfunction(L, config_prefix);
    lua_setfield(L, -2, "prefix");
    lua_pushinteger(L, nginx_version);
    lua_setfield(L, -2, "nginx_version");
    lua_pushinteger(L, version);
    lua_setfield(L, -2, "ngx_lua_version");
    lua_pushcfunction(L, config_configure);
    lua_setfield(L, -2, "nginx_configure");
    lua_setfield(L, -2, "config");
}

} // namespace lua
