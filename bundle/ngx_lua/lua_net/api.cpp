#include "lua_net/api.hpp"

#include "lua_net/tcp_socket.hpp"
#include "lua_net/udp_socket.hpp"

#include <new>

namespace lua::net {
namespace {

template <typename Object>
int collect(lua_State* L) {
    static_cast<Object*>(lua_touserdata(L, 1))->~Object();
    return 0;
}

// Upvalue 1: the metatable.
template <typename Object>
int make(lua_State* L) {
    void* memory = lua_newuserdata(L, sizeof(Object));
    new (memory) Object();
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setmetatable(L, -2);
    return 1;
}

// Adds the maker of Objects to the table on top.
template <typename Object>
void add_maker(lua_State* L, const char* name) {
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, collect<Object>);
    lua_setfield(L, -2, "__gc");
    lua_pushcclosure(L, make<Object>, 1);
    lua_setfield(L, -2, name);
}

int open(lua_State* L) {
    lua_createtable(L, 0, 2);
    add_maker<TcpSocket>(L, "tcp");
    add_maker<UdpSocket>(L, "udp");
    return 1;
}

} // namespace

void install_api(lua_State* L) {
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, "ngx_lua.net");
    lua_pop(L, 2);
}

} // namespace lua::net
