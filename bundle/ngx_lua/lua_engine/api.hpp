// What every VM gets before any user code runs: package paths, the `ngx` table with its constants
// and native functions, the scheduler's coroutine library, the guard of the global table. All of
// these raise on failure: call them in a protected call.
#pragma once

#include "lua_engine/task.hpp"
#include "lua_engine/vm.hpp"

namespace lua {

// Sets package.path and package.cpath: lua_package_path and lua_package_cpath with `;;` standing
// for the default and `$prefix` for the server prefix, or the parent VM's current paths.
void set_package_paths(lua_State* L, const VmRecipe& recipe, lua_State* parent);

// Creates the global `ngx` (constants, native functions, what recipe.install adds) and replaces the
// coroutine library.
void install_engine_api(lua_State* L, const VmRecipe& recipe);

// package.preload gets a package of another nginx module.
void preload_package(lua_State* L, const Preload& preload);

// The running task; raises in phases that do not run in coroutines.
[[nodiscard]] Task& check_task(lua_State* L);

// Adds the functions of coroutine.* that know the scheduler; the Lua half picks per call.
void install_coroutine_api(lua_State* L);

// Adds ngx.thread; the `ngx` table is on top of the stack.
void install_thread_api(lua_State* L);

// ngx.on_abort(callback)
int on_abort(lua_State* L);

// Makes writes of new global variables in request handlers leave a warning.
void guard_globals(lua_State* L);

} // namespace lua
