// A timer that has not expired, made by ngx.timer.at or ngx.timer.every. A million of them must be
// cheap: an nginx event and what is needed to begin with, nothing of what running Lua code takes;
// that comes when the timer expires (TimerHost).
//
// The function, or a table of the function and its arguments, is anchored in the VM. A timer owns
// itself and ends when it expires (`every`: when the worker exits); it holds a reference to its
// origin and to its VM.
//
// When the worker begins to exit, timers that wait for a time to come expire at once, prematurely.
#pragma once

#include "lua_engine/free_list.hpp"
#include "lua_engine/host.hpp"
#include "lua_timer/account.hpp"

namespace lua::timer {

class PendingTimer {
public:
    enum class Kind : uint8_t { once, repeated };

    // The function and nargs arguments are on top of L, and are popped. May raise, for lack of
    // Lua's memory; null when nginx's is short.
    [[nodiscard]] static PendingTimer* create(lua_State* L, Host& creator, int nargs,
                                              ngx_msec_t delay, Kind kind);

    PendingTimer(const PendingTimer&) = delete;
    PendingTimer& operator=(const PendingTimer&) = delete;

    // Pushes the function on L. The second form pushes `premature` and the arguments behind it, and
    // returns how many these are.
    void push_function(lua_State* L) const;
    int push_call(lua_State* L) const;

    [[nodiscard]] Vm& vm() const noexcept { return vm_; }
    [[nodiscard]] Origin& origin() const noexcept { return origin_; }

private:
    PendingTimer(Host& creator, int slot, int nargs, ngx_msec_t delay, Kind kind) noexcept;

    static void on_expire(ngx_event_t* ev) noexcept;
    static bool expire_prematurely() noexcept;

    void arm() noexcept;
    void expire() noexcept;
    void end() noexcept;

    ngx_event_t event_ = {}; // first: nginx hands its address back
    Vm& vm_;
    Origin& origin_;
    ngx_msec_t delay_;
    int slot_;
    int nargs_;
    Kind kind_;
    bool premature_ = false;
    static FreeList<PendingTimer> memory_;
};

} // namespace lua::timer
