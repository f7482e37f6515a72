#include "lua_engine/ctx.hpp"

#include "lua_engine/vm.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

namespace lua {
namespace {

constexpr int kNone = -2;

} // namespace

// The reference, -2 if there is none yet. In *ssl_ctx_ref that of the connection's handshake, which
// a table of its requests falls back to.
NGX_LUA_FFI int ngx_lua_ffi_get_ctx_ref(void* /*r*/, int* in_ssl_phase, int* ssl_ctx_ref) noexcept {
    const Host& host = *current().host;
    const Host* handshake = host.handshake();
    if (in_ssl_phase != nullptr) {
        *in_ssl_phase = handshake == &host ? 1 : 0;
    }
    if (ssl_ctx_ref != nullptr) {
        bool visible = handshake != nullptr && &handshake->vm() == &host.vm();
        *ssl_ctx_ref = visible ? handshake->ctx_ref : LUA_NOREF;
    }
    int ref = host.ctx_ref;
    return ref == LUA_NOREF ? kNone : ref;
}

NGX_LUA_FFI int ngx_lua_ffi_set_ctx_ref(void* /*r*/, int ref) noexcept {
    Host& host = *current().host;
    if (!host.before_ctx()) {
        return NGX_ERROR;
    }
    host.ctx_ref = ref;
    return NGX_OK;
}

int keep_ctx_table(lua_State* L, int index) {
    lua_getfield(L, LUA_REGISTRYINDEX, "ngx_lua_ctx_tables");
    lua_rawgeti(L, -1, 0);
    auto ref = static_cast<int>(lua_tointeger(L, -1));
    lua_pop(L, 1);
    if (ref != 0) {
        lua_rawgeti(L, -1, ref); // the next free slot
        lua_rawseti(L, -2, 0);
    } else {
        ref = static_cast<int>(lua_objlen(L, -1)) + 1;
    }
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, ref);
    lua_pop(L, 1);
    return ref;
}

// Puts the slot on the free list, as ref_in_table expects it: slot 0 holds the first free slot,
// each free slot the next.
void drop_ctx_table(Vm& vm, int ref) noexcept {
    lua_State* L = vm.state();
    StackGuard guard{L};

    if (lua_checkstack(L, 4) == 0) {
        return;
    }
    lua_getfield(L, LUA_REGISTRYINDEX, "ngx_lua_ctx_tables");
    if (!lua_istable(L, -1)) {
        return;
    }
    lua_rawgeti(L, -1, 0);
    lua_rawseti(L, -2, ref);
    lua_pushinteger(L, ref);
    lua_rawseti(L, -2, 0);
}

void release_ctx_table(Host& host) noexcept {
    if (host.ctx_ref == LUA_NOREF) {
        return;
    }
    NGX_LUA_DEBUG(host.log(), "lua release ngx.ctx at ref %d", host.ctx_ref);
    drop_ctx_table(host.vm(), host.ctx_ref);
    host.ctx_ref = LUA_NOREF;
}

} // namespace lua
