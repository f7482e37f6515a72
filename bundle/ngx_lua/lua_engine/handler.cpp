#include "lua_engine/handler.hpp"

#include "lua_engine/chunk_name.hpp"
#include "lua_engine/host.hpp"
#include "lua_engine/vm.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

namespace lua {
namespace {

// The path of a file handler and its cache key, as Chunk::load wants them; false: logged.
bool resolve(Host& host, const Handler& handler, std::string_view& path, std::string_view& key) {
    if (handler.chunk.kind == Chunk::Kind::inline_source) {
        return true;
    }
    if (handler.path == nullptr) {
        path = ngx::view(handler.chunk.source);
        return true;
    }
    ngx_str_t resolved = {};
    if (!host.expand(handler.path, resolved)) {
        return false;
    }
    resolved = ngx::copy(host.pool(), ngx::view(resolved));
    if (resolved.data == nullptr ||
        ngx_get_full_name(host.pool(), const_cast<ngx_str_t*>(&ngx_cycle->prefix), &resolved) !=
            NGX_OK) {
        return false;
    }
    ngx_str_t cache_key = file_cache_key(host.pool(), ngx::view(resolved));
    if (cache_key.data == nullptr) {
        return false;
    }
    path = ngx::view(resolved);
    key = ngx::view(cache_key);
    return true;
}

Chunk::Loaded load(Host& host, Handler& handler, lua_State* L) {
    std::string_view path;
    std::string_view key;
    return resolve(host, handler, path, key)
               ? handler.chunk.load(host.vm(), L, host.log(), path, key)
               : Chunk::Loaded::failed;
}

} // namespace

Started start_handler(Host& host, Phase phase, Handler& handler) noexcept {
    host.phase = phase;
    host.abort_callback = nullptr;
    lua_State* L = host.run.begin();
    if (L == nullptr) {
        ngx_log_error(NGX_LOG_ERR, host.log(), 0,
                      "lua: failed to create new coroutine to handle request");
        return {Chunk::Loaded::failed, Step::failed};
    }
    Chunk::Loaded loaded = load(host, handler, L);
    if (loaded != Chunk::Loaded::ok) {
        host.run.discard();
        return {loaded, Step::failed};
    }
    return {loaded, host.run.start()};
}

bool call_handler(Host& host, Phase phase, Handler& handler, int nargs, int nresults) noexcept {
    Vm& vm = host.vm();
    lua_State* L = vm.state();
    int base = lua_gettop(L) - nargs;
    PhaseScope in_phase{host, phase};

    lua_checkstack(L, nargs + 8);
    vm.push_message_handler(L);
    int message_handler = base + nargs + 1;
    if (load(host, handler, L) != Chunk::Loaded::ok) {
        lua_settop(L, base);
        return false;
    }
    for (int i = 1; i <= nargs; i++) {
        lua_pushvalue(L, base + i);
    }

    void* outer = lua_getexdata(L);
    lua_setexdata(L, host.exdata());
    int rc = 0;
    {
        CurrentScope scope{vm, &host, nullptr};
        rc = lua_pcall(L, nargs, nresults, message_handler);
    }
    lua_setexdata(L, outer);
    if (rc == 0) {
        if (nresults == 0) {
            lua_settop(L, base);
        }
        return true;
    }
    std::string_view message =
        lua_isstring(L, -1) ? to_view(L, -1) : std::string_view{"unknown reason"};
    const char* what =
        phase == Phase::ssl_session_store ? "session_store_by_lua*" : context_name(phase);
    ngx_log_error(NGX_LOG_ERR, host.log(), 0, "failed to run %s: %*s", what, message.size(),
                  message.data());
    lua_settop(L, base);
    return false;
}

} // namespace lua
