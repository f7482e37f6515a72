#include "lua_engine/sleep.hpp"

#include "lua_engine/host.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <new>

namespace lua {
namespace {

// Debug logging of timers reads the fd of an event's connection.
ngx_connection_t* dummy_connection() {
    static ngx_connection_t connection;
    connection.fd = static_cast<ngx_socket_t>(-1);
    return &connection;
}

} // namespace

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
    ev.handler = on_timer;
    ev.data = dummy_connection();
    ev.log = host.log();

    NGX_LUA_DEBUG(host.log(), "lua ready to sleep for %d ms", static_cast<int>(msec));
    wait->begin(*current().task);
    if (msec == 0) {
        ngx_post_event(&ev, &ngx_posted_next_events);
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
    if (timer_.event.timer_set) {
        ngx_del_timer(&timer_.event);
    }
    if (timer_.event.posted) {
        ngx_delete_posted_event(&timer_.event);
    }
    next_free_ = free_;
    free_ = this;
}

} // namespace lua
