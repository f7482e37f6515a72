#include "lua_engine/chunk.hpp"

#include "lua_engine/vm.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua {
namespace {

const char* c_str(std::string_view s) {
    return s.data();
}

// The reference of the cached function, LUA_NOREF if there is none.
int cached(Vm& vm, lua_State* L, std::string_view key) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    push(L, key);
    lua_rawget(L, -2);
    int ref = lua_isnil(L, -1) ? LUA_NOREF : static_cast<int>(lua_tointeger(L, -1));
    lua_pop(L, 2);
    return ref;
}

// Keeps the function on top of the stack; it stays there.
int keep(Vm& vm, lua_State* L, std::string_view key) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    lua_pushvalue(L, -2);
    int ref = luaL_ref(L, -2);
    push(L, key);
    lua_pushinteger(L, ref);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return ref;
}

void push_cached(Vm& vm, lua_State* L, int ref) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    lua_rawgeti(L, -1, ref);
    lua_remove(L, -2);
}

std::string_view pop_reason(lua_State* L) {
    std::string_view reason = to_view(L, -1);
    return reason.empty() ? std::string_view{"unknown error"} : reason;
}

Chunk::Loaded compile_inline(const Chunk& chunk, lua_State* L, ngx_log_t* log) {
    int rc = luaL_loadbuffer(L, reinterpret_cast<const char*>(chunk.source.data), chunk.source.len,
                             reinterpret_cast<const char*>(chunk.name.data));
    if (rc == 0) {
        return Chunk::Loaded::ok;
    }
    std::string_view reason =
        rc == LUA_ERRMEM ? std::string_view{"memory allocation error"} : pop_reason(L);
    ngx_log_error(NGX_LOG_ERR, log, 0, "failed to load inlined Lua code: %*s", reason.size(),
                  reason.data());
    lua_pop(L, 1);
    return Chunk::Loaded::failed;
}

Chunk::Loaded compile_file(std::string_view path, lua_State* L, ngx_log_t* log) {
    ngx_set_errno(0);
    int rc = luaL_loadfile(L, c_str(path));
    ngx_err_t reason_code = ngx_errno;
    if (rc == 0) {
        return Chunk::Loaded::ok;
    }
    std::string_view reason =
        rc == LUA_ERRMEM ? std::string_view{"memory allocation error"} : pop_reason(L);
    ngx_log_error(NGX_LOG_ERR, log, 0, "failed to load external Lua file \"%*s\": %*s", path.size(),
                  path.data(), reason.size(), reason.data());
    lua_pop(L, 1);
    if (rc != LUA_ERRFILE) {
        return Chunk::Loaded::failed;
    }
    return reason_code == NGX_ENOENT ? Chunk::Loaded::not_found : Chunk::Loaded::unavailable;
}

} // namespace

Chunk::Loaded Chunk::load(Vm& vm, lua_State* L, ngx_log_t* log, std::string_view path,
                          std::string_view path_key) noexcept {
    bool cacheable = !private_functions;
    bool own_slot = vm.shared() && path_key.empty();
    std::string_view cache_key = path_key.empty() ? ngx::view(key) : path_key;

    if (cacheable) {
        int known = own_slot ? ref : cached(vm, L, cache_key);
        NGX_LUA_DEBUG(log, "code cache lookup (key='%s', ref=%d)", c_str(cache_key),
                      known == LUA_NOREF ? -1 : known);
        if (known == LUA_NOREF && own_slot) {
            known = cached(vm, L, cache_key);
            if (known != LUA_NOREF) {
                ref = known;
                NGX_LUA_DEBUG(log, "code cache setting ref (key='%s', ref=%d)", c_str(cache_key),
                              known);
            }
        }
        if (known != LUA_NOREF) {
            NGX_LUA_DEBUG(log, "code cache hit (key='%s', ref=%d)", c_str(cache_key), known);
            push_cached(vm, L, known);
            return Loaded::ok;
        }
        NGX_LUA_DEBUG(log, "code cache miss (key='%s', ref=-1)", c_str(cache_key));
    }

    Loaded loaded =
        kind == Kind::inline_source ? compile_inline(*this, L, log) : compile_file(path, L, log);
    if (loaded == Loaded::ok && cacheable) {
        int kept = keep(vm, L, cache_key);
        if (own_slot) {
            ref = kept;
        }
    }
    return loaded;
}

void Chunk::check_environment(Vm& vm) noexcept {
    if (ref == LUA_NOREF || private_functions || !vm.shared()) {
        return;
    }
    lua_State* L = vm.state();
    push_cached(vm, L, ref);
    lua_getfenv(L, -1);
    bool replaced = lua_topointer(L, -1) != vm.globals();
    lua_pop(L, 2);
    if (replaced) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
        lua_pushnil(L);
        lua_rawseti(L, -2, ref);
        push(L, ngx::view(key));
        lua_pushnil(L);
        lua_rawset(L, -3);
        lua_pop(L, 1);
        ref = LUA_NOREF;
        private_functions = true;
    }
}

} // namespace lua
