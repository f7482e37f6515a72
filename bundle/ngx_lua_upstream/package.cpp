// The functions of the package.
#include "lua_upstream.hpp"
#include "ngx/str.hpp"
#include "peers.hpp"

#include <charconv>
#include <lua.hpp>
#include <span>

namespace lua_upstream {
namespace {

using Upstream = ngx_http_upstream_srv_conf_t;
using Server = ngx_http_upstream_server_t;

void check_arguments(lua_State* L, int n) {
    if (lua_gettop(L) == n) {
        return;
    }
    switch (n) {
    case 0:
        luaL_error(L, "no argument expected");
        break;
    case 1:
        luaL_error(L, "exactly one argument expected");
        break;
    default:
        luaL_error(L, "exactly %d arguments expected", n);
    }
}

int fail(lua_State* L, const char* reason) {
    lua_pushnil(L);
    lua_pushstring(L, reason);
    return 2;
}

void push(lua_State* L, const ngx_str_t& s) {
    lua_pushlstring(L, reinterpret_cast<const char*>(s.data), s.len);
}

void set_number(lua_State* L, const char* key, lua_Number value) {
    lua_pushnumber(L, value);
    lua_setfield(L, -2, key);
}

void set_string(lua_State* L, const char* key, const ngx_str_t& value) {
    push(L, value);
    lua_setfield(L, -2, key);
}

void set_true(lua_State* L, const char* key) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, key);
}

// All upstreams of the running configuration; empty while there is none (init_by_lua* at start).
std::span<Upstream*> upstreams() {
    if (ngx_cycle == nullptr || ngx_cycle->conf_ctx == nullptr) {
        return {};
    }
    auto* conf = static_cast<ngx_http_upstream_main_conf_t*>(
        ngx_http_cycle_get_module_main_conf(ngx_cycle, ngx_http_upstream_module));
    if (conf == nullptr) {
        return {};
    }
    return {static_cast<Upstream**>(conf->upstreams.elts), conf->upstreams.nelts};
}

bool has_name(const Upstream& upstream, std::string_view name) {
    std::string_view host = ngx::view(upstream.host);
    if (name.substr(0, host.size()) != host) {
        return false;
    }
    name.remove_prefix(host.size());
    if (name.empty()) {
        return true;
    }
    unsigned port = 0;
    auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), port);
    return name[0] == ':' && error == std::errc{} && end == name.data() + name.size() &&
           port == upstream.port;
}

// The upstream that argument 1 names, or null.
Upstream* check_upstream(lua_State* L) {
    size_t len = 0;
    const char* text = luaL_checklstring(L, 1, &len);
    for (Upstream* upstream : upstreams()) {
        if (has_name(*upstream, {text, len})) {
            return upstream;
        }
    }
    return nullptr;
}

void push_name(lua_State* L, const Upstream& upstream, bool with_port) {
    push(L, upstream.host);
    if (with_port) {
        lua_pushfstring(L, ":%d", static_cast<int>(upstream.port));
        lua_concat(L, 2);
    }
}

int get_upstreams(lua_State* L) {
    check_arguments(L, 0);
    std::span<Upstream*> all = upstreams();
    lua_createtable(L, static_cast<int>(all.size()), 0);
    int n = 0;
    for (const Upstream* upstream : all) {
        push_name(L, *upstream, upstream->port != 0);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

void push_addresses(lua_State* L, const Server& server) {
    if (server.naddrs == 1) {
        push(L, server.addrs[0].name);
        return;
    }
    lua_createtable(L, static_cast<int>(server.naddrs), 0);
    for (ngx_uint_t i = 0; i < server.naddrs; i++) {
        push(L, server.addrs[i].name);
        lua_rawseti(L, -2, static_cast<int>(i) + 1);
    }
}

void push_server(lua_State* L, const Server& server) {
    lua_createtable(L, 0, 7);
    if (server.naddrs > 0) {
        push_addresses(L, server);
        lua_setfield(L, -2, "addr");
    }
    if (server.name.len > 0) {
        set_string(L, "name", server.name);
    }
    set_number(L, "weight", static_cast<lua_Number>(server.weight));
    set_number(L, "max_fails", static_cast<lua_Number>(server.max_fails));
    set_number(L, "fail_timeout", static_cast<lua_Number>(server.fail_timeout));
    if (server.backup) {
        set_true(L, "backup");
    }
    if (server.down) {
        set_true(L, "down");
    }
}

int get_servers(lua_State* L) {
    check_arguments(L, 1);
    Upstream* upstream = check_upstream(L);
    if (upstream == nullptr) {
        return fail(L, "upstream not found");
    }
    const ngx_array_t* servers = upstream->servers;
    lua_createtable(L, servers == nullptr ? 0 : static_cast<int>(servers->nelts), 0);
    for (ngx_uint_t i = 0; servers != nullptr && i < servers->nelts; i++) {
        push_server(L, static_cast<const Server*>(servers->elts)[i]);
        lua_rawseti(L, -2, static_cast<int>(i) + 1);
    }
    return 1;
}

void push_peer(lua_State* L, const Peer& peer, int id) {
    lua_createtable(L, 0, 12);
    set_number(L, "id", id);
    set_string(L, "name", peer.name);
    set_number(L, "weight", static_cast<lua_Number>(peer.weight));
    set_number(L, "current_weight", static_cast<lua_Number>(peer.current_weight));
    set_number(L, "effective_weight", static_cast<lua_Number>(peer.effective_weight));
    set_number(L, "conns", static_cast<lua_Number>(peer.conns));
    set_number(L, "fails", static_cast<lua_Number>(peer.fails));
    set_number(L, "max_fails", static_cast<lua_Number>(peer.max_fails));
    set_number(L, "fail_timeout", static_cast<lua_Number>(peer.fail_timeout));
    if (peer.accessed != 0) {
        set_number(L, "accessed", static_cast<lua_Number>(peer.accessed));
    }
    if (peer.checked != 0) {
        set_number(L, "checked", static_cast<lua_Number>(peer.checked));
    }
    if (peer.down != 0) {
        set_true(L, "down");
    }
}

// The peers of the upstream that argument 1 names. Null with a reason.
Peers* check_peers(lua_State* L, const char** reason) {
    Upstream* upstream = check_upstream(L);
    if (upstream == nullptr) {
        *reason = "upstream not found";
        return nullptr;
    }
    *reason = "no peer data";
    return static_cast<Peers*>(upstream->peer.data);
}

int push_peers(lua_State* L, Peers* peers) {
    if (peers == nullptr) {
        lua_createtable(L, 0, 0);
        return 1;
    }
    PeersLock lock{*peers, Access::read};
    lua_createtable(L, static_cast<int>(peers->number), 0);
    int id = 0;
    for (const Peer* peer = peers->peer; peer != nullptr; peer = peer->next) {
        push_peer(L, *peer, id);
        lua_rawseti(L, -2, ++id);
    }
    return 1;
}

int get_primary_peers(lua_State* L) {
    check_arguments(L, 1);
    const char* reason = nullptr;
    Peers* peers = check_peers(L, &reason);
    return peers == nullptr ? fail(L, reason) : push_peers(L, peers);
}

int get_backup_peers(lua_State* L) {
    check_arguments(L, 1);
    const char* reason = nullptr;
    Peers* peers = check_peers(L, &reason);
    return peers == nullptr ? fail(L, reason) : push_peers(L, peers->next);
}

// False: there is no peer of that number.
bool set_down(Peers& peers, int id, bool down) {
    PeersLock lock{peers, Access::write};
    Peer* peer = id < 0 ? nullptr : peers.peer;
    while (peer != nullptr && id > 0) {
        peer = peer->next;
        id--;
    }
    if (peer == nullptr) {
        return false;
    }
    if (peer->down != 0 && !down) {
        peer->fails = 0; // so that it is tried at once
    }
    peer->down = down;
    return true;
}

int set_peer_down(lua_State* L) {
    check_arguments(L, 4);
    bool backup = lua_toboolean(L, 2) != 0;
    auto id = static_cast<int>(luaL_checkinteger(L, 3));
    bool down = lua_toboolean(L, 4) != 0;

    const char* reason = nullptr;
    Peers* peers = check_peers(L, &reason);
    if (peers == nullptr) {
        return fail(L, reason);
    }
    if (backup) {
        peers = peers->next;
        if (peers == nullptr) {
            return fail(L, "no backup peers");
        }
    }
    if (!set_down(*peers, id, down)) {
        return fail(L, "bad peer id");
    }
    lua_pushboolean(L, 1);
    return 1;
}

int current_upstream_name(lua_State* L) {
    check_arguments(L, 0);
    const ngx_http_request_t* r = ngx_http_lua_get_request(L);
    if (r == nullptr) {
        return luaL_error(L, "no request object found");
    }
    const ngx_http_upstream_t* u = r->upstream;
    if (u == nullptr) {
        lua_pushnil(L);
        return 1;
    }
    if (u->conf == nullptr) {
        return fail(L, "no conf for upstream");
    }
    const Upstream* upstream = u->upstream != nullptr ? u->upstream : u->conf->upstream;
    if (upstream == nullptr) {
        return fail(L, "no srv conf for upstream");
    }
    push_name(L, *upstream, upstream->port != 0 && !upstream->no_port);
    return 1;
}

} // namespace

int open_package(lua_State* L) {
    static const luaL_Reg functions[] = {
        {"get_upstreams", get_upstreams},
        {"get_servers", get_servers},
        {"get_primary_peers", get_primary_peers},
        {"get_backup_peers", get_backup_peers},
        {"set_peer_down", set_peer_down},
        {"current_upstream_name", current_upstream_name},
        {nullptr, nullptr},
    };
    lua_createtable(L, 0, 6);
    luaL_register(L, nullptr, functions);
    return 1;
}

} // namespace lua_upstream
