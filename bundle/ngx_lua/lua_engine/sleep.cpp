#include "lua_engine/sleep.hpp"

#include "lua_engine/event.hpp"
#include "lua_engine/host.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <new>

namespace lua {

SleepWait* SleepWait::free_ = nullptr;

bool SleepWait::start(Host& host, ngx_msec_t msec) noexcept {
    void* memory = free_;
    if (memory != nullptr) {
        free_ = free_->next_free_;
    } else {
        memory = ngx_alloc(sizeof(SleepWait), host.log());
        if (memory == nullptr) {
            return false;
        }
    }
    auto* wait = new (memory) SleepWait(host);
    ngx_event_t& ev = wait->timer_.event;
    wait->timer_.owner = wait;
    init_event(ev, on_timer, host.log());

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
    SleepWait* wait = reinterpret_cast<Timer*>(ev)->owner;
    wait->host_.debug_uri("lua sleep timer expired");
    wait->complete(0);
    wait->next_free_ = free_;
    free_ = wait;
}

void SleepWait::cancel() noexcept {
    NGX_LUA_DEBUG(host_.log(), "lua clean up the timer for pending ngx.sleep");
    disarm(timer_.event);
    next_free_ = free_;
    free_ = this;
}

} // namespace lua
