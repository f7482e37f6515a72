#include "lua_timer/pending_timer.hpp"

#include "lua_engine/event.hpp"
#include "lua_engine/origin.hpp"
#include "lua_engine/shutdown.hpp"
#include "lua_engine/vm.hpp"
#include "lua_timer/timer_host.hpp"
#include "ngx/log.hpp"

namespace lua::timer {
namespace {

// Timers that expire prematurely in one turn of the event loop.
constexpr int kBatch = 4096;

// Timers with a time to come, of all bindings.
ngx_uint_t waiting;

} // namespace

FreeList<PendingTimer> PendingTimer::memory_;

PendingTimer::PendingTimer(Host& creator, int slot, int nargs, ngx_msec_t delay, Kind kind) noexcept
    : vm_(creator.vm()), origin_(*creator.origin()), delay_(delay), slot_(slot), nargs_(nargs),
      kind_(kind) {
    origin_.retain();
    if (!vm_.shared()) {
        vm_.retain();
    }
    init_event(event_, on_expire, ngx_cycle->log);
}

PendingTimer* PendingTimer::create(lua_State* L, Host& creator, int nargs, ngx_msec_t delay,
                                   Kind kind) {
    if (nargs > 0) {
        int first = lua_gettop(L) - nargs;
        lua_createtable(L, nargs + 1, 0);
        lua_insert(L, first);
        for (int i = nargs + 1; i >= 1; i--) {
            lua_rawseti(L, first, i);
        }
    }
    int slot = creator.vm().kept().keep(L);
    void* memory = creator.origin() == nullptr ? nullptr : memory_.take(creator.log());
    if (memory == nullptr) {
        creator.vm().kept().drop(L, slot);
        return nullptr;
    }
    auto* timer = new (memory) PendingTimer(creator, slot, nargs, delay, kind);
    NGX_LUA_DEBUG(creator.log(), "created timer (co: %p delay: %M ms)", timer, delay);
    timer->arm();
    return timer;
}

void PendingTimer::arm() noexcept {
    static ShutdownListener listener{expire_prematurely};

    vm_.recipe().timers->pending++;
    if (delay_ == 0) {
        post_next_turn(event_);
    } else {
        waiting++;
        watch_shutdown(listener);
        ngx_add_timer(&event_, delay_);
    }
}

void PendingTimer::on_expire(ngx_event_t* ev) noexcept {
    reinterpret_cast<PendingTimer*>(ev)->expire();
}

void PendingTimer::expire() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua ngx.timer expired");
    vm_.recipe().timers->pending--;
    if (delay_ != 0 && !premature_) {
        waiting--;
    }
    bool again = kind_ == Kind::repeated && ngx_exiting == 0;
    if (again) {
        if (!vm_.shared()) {
            vm_.retain();
        }
        arm();
    }
    Vm& vm = vm_;
    TimerHost* host = TimerHost::make(*this);
    if (!again) {
        end();
    }
    if (host != nullptr) {
        host->start();
    } else if (!vm.shared()) {
        vm.release();
    }
}

// The reference to the VM has become the running callback's.
void PendingTimer::end() noexcept {
    vm_.kept().drop(vm_.state(), slot_);
    origin_.release();
    memory_.give_back(this);
}

// In the order of their times, and some at a time: a million callbacks in one go would keep
// everything else waiting.
bool PendingTimer::expire_prematurely() noexcept {
    ngx_rbtree_node_t* sentinel = ngx_event_timer_rbtree.sentinel;
    ngx_rbtree_node_t* next = nullptr;

    static bool first = true;
    if (first) {
        NGX_LUA_DEBUG(ngx_cycle->log, "lua abort pending timers");
        NGX_LUA_DEBUG(ngx_cycle->log, "lua found %ui pending timers to be aborted prematurely",
                      waiting);
        first = false;
    }
    if (waiting == 0) {
        return false;
    }
    ngx_rbtree_node_t* node = ngx_rbtree_min(ngx_event_timer_rbtree.root, sentinel);
    for (int n = 0; node != nullptr && n < kBatch; node = next) {
        next = ngx_rbtree_next(&ngx_event_timer_rbtree, node);
        ngx_event_t* ev = ngx_rbtree_data(node, ngx_event_t, timer);
        auto* timer = reinterpret_cast<PendingTimer*>(ev);
        if (ev->handler != on_expire || timer->delay_ == 0) {
            continue;
        }
        timer->premature_ = true;
        waiting--;
        n++;
        ngx_del_timer(ev);
        ngx_post_event(ev, &ngx_posted_events);
    }
    return waiting > 0;
}

void PendingTimer::push_function(lua_State* L) const {
    vm_.kept().push(L, slot_);
    if (nargs_ > 0) {
        lua_rawgeti(L, -1, 1);
        lua_remove(L, -2);
    }
}

int PendingTimer::push_call(lua_State* L) const {
    push_function(L);
    lua_pushboolean(L, premature_ ? 1 : 0);
    if (nargs_ > 0) {
        lua_checkstack(L, nargs_ + 2);
        vm_.kept().push(L, slot_);
        int table = lua_gettop(L);
        for (int i = 2; i <= nargs_ + 1; i++) {
            lua_rawgeti(L, table, i);
        }
        lua_remove(L, table);
    }
    return nargs_ + 1;
}

} // namespace lua::timer
