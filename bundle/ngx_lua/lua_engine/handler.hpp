// One *_by_lua directive, and the two ways to run it: as the entry task of a host's run, in a
// coroutine that may wait, or synchronously on the VM's main state. Handlers belong to the
// configuration's pool.
#pragma once

#include "lua_engine/chunk.hpp"
#include "lua_engine/phase.hpp"
#include "lua_engine/run.hpp"

namespace lua {

class Host;

struct Handler {
    Chunk chunk;
    // What the binding made of a file's path that has variables (a complex value); else null, and
    // chunk.source is the full path.
    void* path = nullptr;
};

// What became of a handler's start; `step` counts if its code could be loaded.
struct Started {
    Chunk::Loaded loaded;
    Step step;
};

// Runs handler as host's entry task in `phase`. What cannot be loaded has been logged.
[[nodiscard]] Started start_handler(Host& host, Phase phase, Handler& handler) noexcept;

// Runs handler synchronously on the VM's main state: set, filters, balancer, log. Its nargs
// arguments lie on top of that state's stack. The results are on top afterwards (what lies below
// them, the caller drops); false after an error that was logged as "failed to run <what>".
[[nodiscard]] bool call_handler(Host& host, Phase phase, Handler& handler, int nargs,
                                int nresults) noexcept;

} // namespace lua
