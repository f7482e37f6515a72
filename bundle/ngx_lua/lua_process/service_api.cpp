#include "lua_process/service_api.hpp"

#include "lua_engine/config_api.hpp"
#include "lua_net/api.hpp"
#include "lua_shdict/zone.hpp"
#include "lua_timer/api.hpp"

namespace lua::process {

void add_table(lua_State* L, const char* name) {
    lua_newtable(L);
    lua_setfield(L, -2, name);
}

void install_service_api(lua_State* L, const Service& service, const char* subsystem, int version) {
    install_config_api(L, subsystem, version);
    for (const char* name : {"req", "socket", "re", "worker"}) {
        add_table(L, name);
    }
    timer::install_api(L);
    net::install_api(L);
    shdict::push_shared(L, *service.zones);
    lua_setfield(L, -2, "shared");
}

} // namespace lua::process
