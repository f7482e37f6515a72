#include "lua_engine/sleep.hpp"

#include "lua_engine/host.hpp"
#include "ngx/log.hpp"

namespace lua {

FreeList<SleepWait> SleepWait::memory_;

bool SleepWait::start(Host& host, ngx_msec_t msec) noexcept {
    void* memory = memory_.take(host.log());
    if (memory == nullptr) {
        return false;
    }
    auto* wait = new (memory) SleepWait(host);
    ngx_event_t& ev = wait->timer_.event;
    wait->timer_.init(*wait, on_timer, host.log());

    NGX_LUA_DEBUG(host.log(), "lua ready to sleep for %d ms", static_cast<int>(msec));
    wait->begin(*current().task);
    if (msec == 0) {
        post_next_turn(ev);
    } else {
        ngx_add_timer(&ev, msec);
    }
    return true;
}

void SleepWait::on_timer(ngx_event_t* ev) noexcept {
    SleepWait& wait = OwnedEvent<SleepWait>::owner_of(ev);
    wait.host_.debug_uri("lua sleep timer expired");
    wait.complete(0);
    memory_.give_back(&wait);
}

void SleepWait::cancel() noexcept {
    NGX_LUA_DEBUG(host_.log(), "lua clean up the timer for pending ngx.sleep");
    disarm(timer_.event);
    memory_.give_back(this);
}

} // namespace lua
