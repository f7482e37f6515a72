// LuaJIT's C API for C++: the one place that includes its headers.
//
// LuaJIT reports an error by unwinding the C++ frames, so destructors run; no function that is
// noexcept may call anything that takes a lua_State.
#pragma once

extern "C" {
#include <lauxlib.h>
#include <lua.h>
}

namespace cjson {

// luaL_error(), whose declaration hides that it does not return.
template <typename... Args>
[[noreturn]] void raise(lua_State* L, const char* format, Args... args) {
    luaL_error(L, format, args...);
    __builtin_unreachable();
}

} // namespace cjson
