// LuaJIT's C API, and the few wrappers over it that every part of the engine uses. Builds without
// nginx.
#pragma once

extern "C" {
#include <lauxlib.h>
#include <lua.h>
#include <luajit.h>
#include <lualib.h>
}

#include <string_view>

namespace lua {

inline void push(lua_State* L, std::string_view s) {
    lua_pushlstring(L, s.data(), s.size());
}

// The string or number at index as bytes; empty for other types. The view lives as long as the
// value stays on the stack (a number is converted in place, as lua_tolstring does).
inline std::string_view to_view(lua_State* L, int index) {
    size_t len = 0;
    const char* data = lua_tolstring(L, index, &len);
    return data == nullptr ? std::string_view{} : std::string_view{data, len};
}

// Restores the stack's height at scope end, also when a Lua error unwinds.
class StackGuard {
public:
    explicit StackGuard(lua_State* L) : L_(L), top_(lua_gettop(L)) {}
    ~StackGuard() { lua_settop(L_, top_); }
    StackGuard(const StackGuard&) = delete;
    StackGuard& operator=(const StackGuard&) = delete;

private:
    lua_State* L_;
    int top_;
};

// Runs fn(L, data) in a protected call: the only way to use the raising Lua API outside a
// coroutine. Returns LUA_OK, or a LUA_ERR* code with the error object on the stack.
inline int protect(lua_State* L, lua_CFunction fn, void* data) {
    return lua_cpcall(L, fn, data);
}

} // namespace lua
