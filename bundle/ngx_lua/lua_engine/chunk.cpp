#include "lua_engine/chunk.hpp"

#include "lua_engine/vm.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua {
namespace {

const char* c_str(std::string_view s) {
    return s.data();
}

// The code cache's table maps keys to registry references, and those to the numbers that the debug
// log shows.
struct Cached {
    int ref = LUA_NOREF;
    int number = -1;
};

Cached find_cached(const Vm& vm, lua_State* L, std::string_view key) {
    Cached cached;
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    push(L, key);
    lua_rawget(L, -2);
    if (!lua_isnil(L, -1)) {
        cached.ref = static_cast<int>(lua_tointeger(L, -1));
        lua_rawgeti(L, -2, cached.ref);
        cached.number = static_cast<int>(lua_tointeger(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
    return cached;
}

// Keeps the function on top of the stack; it stays there.
Cached keep(Vm& vm, lua_State* L, std::string_view key) {
    lua_pushvalue(L, -1);
    Cached cached{luaL_ref(L, LUA_REGISTRYINDEX), vm.next_chunk_number()};
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    push(L, key);
    lua_pushinteger(L, cached.ref);
    lua_rawset(L, -3);
    lua_pushinteger(L, cached.number);
    lua_rawseti(L, -2, cached.ref);
    lua_pop(L, 1);
    return cached;
}

void forget(const Vm& vm, lua_State* L, std::string_view key, int ref) {
    luaL_unref(L, LUA_REGISTRYINDEX, ref);
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm.code_cache());
    push(L, key);
    lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

// Pushes the function, unless an earlier run has replaced its environment.
bool push_cached(const Vm& vm, lua_State* L, int ref) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
    lua_getfenv(L, -1);
    bool intact = lua_topointer(L, -1) == vm.globals();
    lua_settop(L, intact ? -2 : -3);
    return intact;
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
    bool own_slot = vm.shared() && path_key.empty();
    std::string_view cache_key = path_key.empty() ? ngx::view(key) : path_key;

    if (!private_functions) {
        Cached known = own_slot ? Cached{ref, number} : find_cached(vm, L, cache_key);
        NGX_LUA_DEBUG(log, "code cache lookup (key='%s', ref=%d)", c_str(cache_key), known.number);
        if (known.ref == LUA_NOREF && own_slot) {
            known = find_cached(vm, L, cache_key);
            if (known.ref != LUA_NOREF) {
                ref = known.ref;
                number = known.number;
                NGX_LUA_DEBUG(log, "code cache setting ref (key='%s', ref=%d)", c_str(cache_key),
                              known.number);
            }
        }
        if (known.ref != LUA_NOREF) {
            if (push_cached(vm, L, known.ref)) {
                NGX_LUA_DEBUG(log, "code cache hit (key='%s', ref=%d)", c_str(cache_key),
                              known.number);
                return Loaded::ok;
            }
            forget(vm, L, cache_key, known.ref);
            private_functions = true;
            ref = LUA_NOREF;
        }
        NGX_LUA_DEBUG(log, "code cache miss (key='%s', ref=-1)", c_str(cache_key));
    }

    Loaded loaded =
        kind == Kind::inline_source ? compile_inline(*this, L, log) : compile_file(path, L, log);
    if (loaded == Loaded::ok && !private_functions) {
        Cached kept = keep(vm, L, cache_key);
        if (own_slot) {
            ref = kept.ref;
            number = kept.number;
        }
    }
    return loaded;
}

} // namespace lua
