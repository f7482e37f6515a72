// What a task waits for: a timer, a socket, a subrequest, another thread ... A task that waits
// holds exactly one Wait; there are no flags beside it.
//
// A Wait is a member of, or allocated by, the feature that blocks (in the host's pool or in an
// object that outlives the wait). The feature arms its event, then calls Wait::begin and has Lua
// yield. Later either
//   - its event fires and it calls complete(n) with n result values pushed on the task's stack, or
//   - the task is killed, or could not yield (inside a C call), and the run calls cancel(), which
//     must disarm the event.
// Both detach the Wait from the task. Completing never runs Lua: it marks the task ready and posts
// the host, so an event handler is never re-entered.
#pragma once

#include "ngx/export.hpp"

namespace lua {

struct Task;

class Wait {
public:
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    // Makes `task` (the running one) wait for this.
    NGX_LUA_API void begin(Task& task) noexcept;

    // The operation is over: nresults values lie on top of the task's Lua stack and will be what
    // the yielding call returns.
    NGX_LUA_API void complete(int nresults) noexcept;

    // The same for results that must not get lost: taken() follows when the task goes on, or
    // cancel(), as long as it has not.
    NGX_LUA_API void offer(int nresults) noexcept;

    [[nodiscard]] bool pending() const noexcept { return task_ != nullptr; }
    [[nodiscard]] Task* task() const noexcept { return task_; }

protected:
    Wait() = default;
    ~Wait() = default;

private:
    friend class Run;

    // Disarms the event; the task is being killed. Must not touch the Lua stack.
    virtual void cancel() noexcept = 0;

    // The task goes on with what was offered.
    virtual void taken() noexcept {}

    // A wait that must not be abandoned silently, as pending subrequests.
    [[nodiscard]] virtual bool blocks_abort() const noexcept { return false; }

    Task* task_ = nullptr;
};

} // namespace lua
