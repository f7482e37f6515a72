// ngx.run_worker_thread: runs a function of a Lua module in a thread of one of nginx's thread
// pools, while the calling task waits.
//
// The function runs in a VM of its own, one of a few that the worker keeps for this; arguments and
// results are copied. The module is loaded by the event loop's thread, only the function itself
// runs in the other one. A task that is killed, or whose host ends, leaves its job alone: the job
// ends in its time, and its results are dropped.
#pragma once

#include "lua_glue/lua.hpp"

namespace lua::process {

// Adds run_worker_thread to the table on top of the stack, unless nginx was built without threads.
void install_worker_thread_api(lua_State* L);

} // namespace lua::process
