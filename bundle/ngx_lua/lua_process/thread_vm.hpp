// The VMs in which ngx.run_worker_thread runs functions: made when they are needed, kept for the
// next calls with the modules that they have loaded, at most as many as the configuration says.
//
// They have the standard libraries and the parts of `ngx` that touch nothing of the event loop:
// ngx.config, ngx.shared, and the text functions. There is no engine in them (no Vm, no tasks).
#pragma once

#include "lua_engine/vm.hpp"

namespace lua::process {

struct ThreadVm {
    lua_State* L;
    int kept_kib = 0; // what was left by the last full collection

    // Collects what calls have left behind, if that is much. For the thread, before a call.
    void tidy() noexcept;
};

// A VM for one call, with an empty stack; null when as many as allowed are in use. `caller` lends
// its package paths and its recipe.
[[nodiscard]] ThreadVm* take_thread_vm(Vm& caller) noexcept;
void give_back_thread_vm(ThreadVm& vm) noexcept;

// Closes those that are not in use: the worker ends.
void close_thread_vms() noexcept;

} // namespace lua::process
