#include "lua_http/subrequest.hpp"

namespace lua::http {

void install_subrequest_api(lua_State* L) {
    lua_newtable(L);
    lua_setfield(L, -2, "location");
}

} // namespace lua::http
