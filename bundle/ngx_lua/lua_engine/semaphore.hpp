// ngx.semaphore: a count of resources, and the tasks that wait for one, first come, first served.
//
// post() hands nothing out itself: it posts an event, since the poster must not be interrupted.
// Until that event, resources are as good as promised to those who wait already.
//
// Lua's garbage collector owns a semaphore (sema_gc). With tasks waiting, it lives on until the
// last of them has left.
#pragma once

#include "lua_engine/event.hpp"
#include "lua_engine/free_list.hpp"
#include "lua_engine/vm.hpp"
#include "lua_engine/wait.hpp"
#include "ngx/nginx.hpp"

namespace lua {

class Host;
class Semaphore;

class SemaphoreWait final : public Wait {
private:
    friend class Semaphore;

    SemaphoreWait(Semaphore& semaphore, const Vm& vm) noexcept
        : semaphore_(semaphore), subsystem_(vm.recipe().subsystem) {}

    static void on_timeout(ngx_event_t* ev) noexcept;
    void cancel() noexcept override;
    void taken() noexcept override;
    void join_queue() noexcept;
    void leave_queue() noexcept;
    void forget() noexcept;

    Semaphore& semaphore_;
    const char* subsystem_; // for the debug log
    OwnedEvent<SemaphoreWait> timeout_;
    SemaphoreWait* next_ = nullptr;
    SemaphoreWait* prev_ = nullptr;
    bool queued_ = true; // no longer, once it has been given a resource
    static FreeList<SemaphoreWait> memory_;
};

class Semaphore {
public:
    enum class Outcome : uint8_t { got_one, timeout, waits, no_memory };

    // Null when memory is short.
    [[nodiscard]] static Semaphore* make(int resources) noexcept;

    void post(int n) noexcept;

    // Takes a resource for the running task of host, or lets it wait for msec milliseconds: it is
    // resumed with true, or with nil and "timeout".
    [[nodiscard]] Outcome wait(Host& host, ngx_msec_t msec) noexcept;

    // Less than 0: how many tasks wait in vain.
    [[nodiscard]] int count() const noexcept { return resources_ - waiters_; }

    // Lua has dropped it.
    void release() noexcept;

private:
    friend class SemaphoreWait;

    explicit Semaphore(int resources) noexcept;

    static void on_post(ngx_event_t* ev) noexcept;
    void hand_out() noexcept;
    void post_event() noexcept;
    void end_if_unused() noexcept;

    SemaphoreWait* first_ = nullptr;
    SemaphoreWait* last_ = nullptr;
    ngx_event_t event_ = {};
    int resources_;
    int waiters_ = 0;  // in the list
    int attached_ = 0; // likewise, or given a resource but not resumed yet
    bool dropped_ = false;
};

} // namespace lua
