// What the error log says about where a Lua error came from.
//
// Handlers that run as light threads die with their whole stack still in place, so the trace is
// read afterwards from the dead coroutine and from those that resumed it. Handlers that run under
// lua_pcall (set, filters, log, balancer, init) lose their stack when the call returns: for them a
// message handler adds the trace while the error is being raised.
#pragma once

#include "lua_glue/lua.hpp"
#include "lua_text/bounded_text.hpp"

#include <span>

namespace lua {

// Appends the trace of coroutines[0], where the error was raised, of its parent coroutines[1], and
// so on: at most five of them, 22 frames each, separated by newlines, none at the end. Never
// raises, and leaves all stacks as they are.
void append_traceback(text::BoundedText& out, std::span<lua_State* const> coroutines);

// Message handler for lua_pcall: appends a traceback to an error message. Other error objects stay
// as they are (reported as "unknown reason").
int traceback_handler(lua_State* L);

} // namespace lua
