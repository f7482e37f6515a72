// The Lua code that runs the user's: the body of init_worker_by_lua_block. In front of it stands a
// table `job` with what is to be run.
#pragma once

namespace resty {

extern const char* const kRunner;

} // namespace resty
