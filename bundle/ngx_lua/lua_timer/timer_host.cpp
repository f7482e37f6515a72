#include "lua_timer/timer_host.hpp"

#include "lua_engine/ctx.hpp"
#include "lua_engine/event.hpp"
#include "lua_engine/origin.hpp"
#include "lua_engine/vm.hpp"
#include "ngx/log.hpp"

namespace lua::timer {
namespace {

void log_failure(const PendingTimer& timer, const char* why) noexcept {
    lua_State* L = timer.vm().state();
    lua_Debug function{};

    timer.push_function(L);
    lua_getinfo(L, ">S", &function);
    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "lua failed to run timer with function defined at %s:%d: %s", function.source,
                  function.linedefined, why);
}

} // namespace

FreeList<TimerHost> TimerHost::memory_;

TimerHost::TimerHost(Vm& vm, Origin& origin) noexcept
    : DetachedHost(vm, Phase::timer, origin.log(), context_name(Phase::timer)) {
    adopt_origin(origin);
    // What nginx gives each connection: the number that tells log lines apart.
    log_.connection = ngx_atomic_fetch_add(ngx_connection_counter, 1);
}

TimerHost* TimerHost::make(const PendingTimer& timer) noexcept {
    Account& account = *timer.vm().recipe().timers;
    if (account.running >= account.max_running) {
        bool stream = *timer.vm().recipe().log_prefix != '\0';
        u_char why[sizeof("stream lua:  lua_max_running_timers are not enough") + NGX_INT_T_LEN];
        *ngx_sprintf(why, "%s%i lua_max_running_timers are not enough",
                     stream ? "stream lua: " : "", account.max_running) = '\0';
        log_failure(timer, reinterpret_cast<const char*>(why));
        return nullptr;
    }
    void* memory = memory_.take(ngx_cycle->log);
    if (memory == nullptr) {
        log_failure(timer, "could not create fake request");
        return nullptr;
    }
    auto* host = new (memory) TimerHost(timer.vm(), timer.origin());
    account.running++;
    lua_State* L = host->run.begin();
    if (L == nullptr) {
        log_failure(timer, "could not create ctx");
        host->vm().retain(); // the caller gives it up
        host->finish();
        return nullptr;
    }
    host->nargs_ = timer.push_call(L);
    return host;
}

void TimerHost::start() noexcept {
    settle(run.start(nargs_));
}

void TimerHost::settle(Step step) noexcept {
    if (step != Step::waiting) {
        finish();
    }
}

void TimerHost::wake() noexcept {
    if (!wake_event_.posted) {
        init_event(wake_event_, on_wake, &log_);
        wake_event_.data = this;
        ngx_post_event(&wake_event_, &ngx_posted_events);
    }
}

void TimerHost::on_wake(ngx_event_t* ev) noexcept {
    auto& host = *static_cast<TimerHost*>(ev->data);
    host.settle(host.run.resume_ready());
}

ngx_pool_t* TimerHost::pool() const noexcept {
    if (pool_ == nullptr) {
        pool_ = ngx_create_pool(NGX_MIN_POOL_SIZE, &log_);
    }
    return pool_;
}

const net::Settings* TimerHost::net_settings() const noexcept {
    return kept_origin()->net_settings();
}

u_char* TimerHost::append_to_line(u_char* buf, size_t len) const noexcept {
    return kept_origin()->append(buf, len);
}

void TimerHost::finish() noexcept {
    const char* subsystem = vm().recipe().subsystem;
    NGX_LUA_DEBUG(&log_, "%s lua close fake %s connection %p", subsystem, subsystem, this);

    end();
    release_ctx_table(*this);
    disarm(wake_event_);
    if (pool_ != nullptr) {
        ngx_destroy_pool(pool_);
    }
    vm().recipe().timers->running--;
    release_origin();
    Vm& used = vm();
    memory_.give_back(this);
    if (!used.shared()) {
        used.release();
    }
}

} // namespace lua::timer
