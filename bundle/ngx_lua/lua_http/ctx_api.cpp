// ngx.ctx: where the reference of a request's table is kept. The tables themselves lie in a
// registry table that the Lua half manages as a list of references (resty.core.base's
// ref_in_table).
#include "lua_http/http_host.hpp"
#include "lua_http/init.hpp"
#include "lua_http/process_host.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

constexpr int kNone = -2;

constexpr PhaseSet kProcessPhases{Phase::init_worker, Phase::exit_worker};

int* running_ref() {
    Host* host = current().host;
    if (kRequestPhases.has(host->phase)) {
        return &static_cast<HttpHost*>(host)->ctx_ref;
    }
    if (kProcessPhases.has(host->phase)) {
        return &static_cast<ProcessHost*>(host)->ctx_ref;
    }
    return nullptr;
}

} // namespace

// The reference, -2 if there is none yet, -100 without a context to keep one.
NGX_LUA_FFI int ngx_http_lua_ffi_get_ctx_ref(ngx_http_request_t*, int* in_ssl_phase,
                                             int* ssl_ctx_ref) noexcept {
    if (in_ssl_phase != nullptr) {
        *in_ssl_phase = 0;
    }
    if (ssl_ctx_ref != nullptr) {
        *ssl_ctx_ref = LUA_NOREF;
    }
    const int* ref = running_ref();
    if (ref == nullptr) {
        return -100;
    }
    return *ref == LUA_NOREF ? kNone : *ref;
}

NGX_LUA_FFI int ngx_http_lua_ffi_set_ctx_ref(ngx_http_request_t*, int ref) noexcept {
    int* slot = running_ref();
    if (slot == nullptr) {
        return NGX_ERROR;
    }
    Host* host = current().host;
    if (kRequestPhases.has(host->phase) && !keep_until_pool_end(*static_cast<HttpHost*>(host))) {
        return NGX_ERROR;
    }
    *slot = ref;
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
void release_ctx_table(HttpHost& host) noexcept {
    lua_State* L = host.vm().state();
    StackGuard guard{L};

    NGX_LUA_DEBUG(host.log(), "lua release ngx.ctx at ref %d", host.ctx_ref);
    if (lua_checkstack(L, 4) == 0) {
        return;
    }
    lua_getfield(L, LUA_REGISTRYINDEX, "ngx_lua_ctx_tables");
    if (!lua_istable(L, -1)) {
        return;
    }
    lua_rawgeti(L, -1, 0);
    lua_rawseti(L, -2, host.ctx_ref);
    lua_pushinteger(L, host.ctx_ref);
    lua_rawseti(L, -2, 0);
    host.ctx_ref = LUA_NOREF;
}

} // namespace lua::http
