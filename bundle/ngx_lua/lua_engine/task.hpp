// A coroutine known to the scheduler. Tasks live in a slab that is never given back (TaskSlab), so
// a stale pointer can be compared safely; a Run owns its tasks and frees them when it ends.
#pragma once

#include "lua_glue/lua.hpp"

#include <cstddef>
#include <cstdint>

namespace lua {

class Run;
class Wait;

struct Task {
    enum class Kind : uint8_t {
        entry,     // the handler itself
        thread,    // made by ngx.thread.spawn
        coroutine, // made by coroutine.create or coroutine.wrap
    };

    enum class State : uint8_t {
        ready,     // in the run's ready list, or about to be resumed
        running,   // its Lua code runs now
        waiting,   // holds a Wait, or waits for other threads
        suspended, // a coroutine that yielded or has not started
        normal,    // a coroutine that resumed another one
        zombie,    // a thread that ended and whose results nobody has taken yet
        dead,
    };

    lua_State* L = nullptr;
    Run* run = nullptr;
    Task* parent = nullptr; // resumer of a coroutine, spawner of a thread
    Wait* wait = nullptr;
    Task* next = nullptr;       // in the run's list of all tasks
    Task* prev = nullptr;       // likewise
    Task* next_ready = nullptr; // in the run's ready list
    int anchor = 0;             // slot in the VM's table of pooled coroutines; 0: not anchored
    int nresults = 0;           // values on top of L to resume with; of a zombie: its results
    Kind kind = Kind::entry;
    State state = State::ready;
    bool wraps = false; // coroutine.wrap: errors go on to the parent
    bool in_ready_list = false;
    bool waits_for_thread = false; // in ngx.thread.wait
    bool waited_for = false;       // the parent's ngx.thread.wait lists this thread
    bool failed = false;           // a zombie that ended with an error
};

// Type-stable storage of the worker's tasks.
class TaskSlab {
public:
    static Task* take() noexcept;
    static void give_back(Task* task) noexcept;
};

// Finds the task of a Lua coroutine: an open-addressing hash over all live tasks but entry tasks.
class TaskMap {
public:
    static Task* find(const lua_State* L) noexcept;
    static void put(Task* task) noexcept;
    static void remove(const Task* task) noexcept;
};

} // namespace lua
