#include "lua_engine/semaphore.hpp"

#include "lua_engine/event.hpp"
#include "lua_engine/host.hpp"
#include "ngx/log.hpp"

namespace lua {

FreeList<SemaphoreWait> SemaphoreWait::memory_;

// --- the semaphore ---

Semaphore::Semaphore(int resources) noexcept : resources_(resources) {
    init_event(event_, on_post, ngx_cycle->log);
    event_.data = this;
}

Semaphore* Semaphore::make(int resources) noexcept {
    void* memory = ngx_alloc(sizeof(Semaphore), ngx_cycle->log);
    return memory == nullptr ? nullptr : new (memory) Semaphore(resources);
}

void Semaphore::post(int n) noexcept {
    resources_ += n;
    if (waiters_ > 0) {
        post_event();
    }
}

void Semaphore::post_event() noexcept {
    if (!event_.posted) {
        ngx_post_event(&event_, &ngx_posted_events);
    }
}

void Semaphore::on_post(ngx_event_t* ev) noexcept {
    static_cast<Semaphore*>(ev->data)->hand_out();
}

void Semaphore::hand_out() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "semaphore handler: wait queue: %sempty, resource count: %d",
                  waiters_ > 0 ? "not " : "", resources_);
    while (waiters_ > 0 && resources_ > 0) {
        SemaphoreWait* wait = first_;
        resources_--;
        wait->leave_queue();
        lua_pushboolean(wait->task()->L, 1);
        wait->offer(1);
    }
}

Semaphore::Outcome Semaphore::wait(Host& host, ngx_msec_t msec) noexcept {
    if (waiters_ == 0 && resources_ > 0) {
        resources_--;
        return Outcome::got_one;
    }
    if (msec == 0) {
        return Outcome::timeout;
    }
    void* memory = SemaphoreWait::memory_.take(host.log());
    if (memory == nullptr) {
        return Outcome::no_memory;
    }
    auto* wait = new (memory) SemaphoreWait(*this, host.vm());
    wait->join_queue();
    wait->timeout_.init(*wait, SemaphoreWait::on_timeout, host.log());
    wait->begin(*current().task);
    ngx_add_timer(&wait->timeout_.event, msec);
    return Outcome::waits;
}

void Semaphore::release() noexcept {
    dropped_ = true;
    end_if_unused();
}

void Semaphore::end_if_unused() noexcept {
    if (dropped_ && attached_ == 0) {
        disarm(event_);
        ngx_free(this);
    }
}

// --- those who wait ---

void SemaphoreWait::on_timeout(ngx_event_t* ev) noexcept {
    SemaphoreWait& wait = OwnedEvent<SemaphoreWait>::owner_of(ev);
    lua_State* L = wait.task()->L;

    wait.leave_queue();
    lua_pushnil(L);
    lua_pushliteral(L, "timeout");
    wait.complete(2);
    wait.forget();
}

void SemaphoreWait::cancel() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "%s lua semaphore cleanup", subsystem_);
    if (queued_) {
        leave_queue();
    } else {
        semaphore_.post(1);
    }
    forget();
}

void SemaphoreWait::taken() noexcept {
    forget();
}

void SemaphoreWait::join_queue() noexcept {
    Semaphore& s = semaphore_;
    prev_ = s.last_;
    (prev_ == nullptr ? s.first_ : prev_->next_) = this;
    s.last_ = this;
    s.waiters_++;
    s.attached_++;
}

void SemaphoreWait::leave_queue() noexcept {
    Semaphore& s = semaphore_;
    (prev_ == nullptr ? s.first_ : prev_->next_) = next_;
    (next_ == nullptr ? s.last_ : next_->prev_) = prev_;
    queued_ = false;
    s.waiters_--;
    disarm(timeout_.event);
}

void SemaphoreWait::forget() noexcept {
    Semaphore& semaphore = semaphore_;
    memory_.give_back(this);
    semaphore.attached_--;
    semaphore.end_if_unused();
}

} // namespace lua
