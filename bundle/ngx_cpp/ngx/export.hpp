// Symbols that Lua's ffi.C or another module finds by name. Everything else is compiled with
// -fvisibility=hidden.
#pragma once

// A function of the FFI ABI: plain data in and out, never touches a lua_State.
#define NGX_LUA_FFI extern "C" __attribute__((visibility("default"), used))

// An engine function that a binding in another shared object calls (dynamic-module builds).
#define NGX_LUA_API __attribute__((visibility("default")))
