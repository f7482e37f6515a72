// The Host of a timer's callback. Made when the timer expires, ended with the last light thread of
// the callback; the records are used again.
#pragma once

#include "lua_engine/detached_host.hpp"
#include "lua_engine/free_list.hpp"
#include "lua_timer/pending_timer.hpp"

namespace lua::timer {

class TimerHost final : public DetachedHost {
public:
    // For the callback of a timer that has expired, whose reference to the VM it takes over. Null
    // when it cannot be run, after logging why.
    [[nodiscard]] static TimerHost* make(const PendingTimer& timer) noexcept;

    // Runs the callback as far as it goes without waiting. The host ends with it.
    void start() noexcept;

    [[nodiscard]] ngx_pool_t* pool() const noexcept override;
    void wake() noexcept override;
    [[nodiscard]] const net::Settings* net_settings() const noexcept override;

private:
    TimerHost(Vm& vm, Origin& origin) noexcept;

    static void on_wake(ngx_event_t* ev) noexcept;

    Origin* make_origin() noexcept override { return nullptr; } // has one from the beginning
    u_char* append_to_line(u_char* buf, size_t len) const noexcept override;

    void settle(Step step) noexcept;
    void finish() noexcept;

    ngx_event_t wake_event_ = {};
    mutable ngx_pool_t* pool_ = nullptr;
    int nargs_ = 0; // of the callback
    static FreeList<TimerHost> memory_;
};

} // namespace lua::timer
