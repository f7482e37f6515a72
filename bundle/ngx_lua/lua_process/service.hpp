// What a binding (http, stream) has once per configuration: how its Lua VM is made, the VM itself,
// and the handlers of the process: init_by_lua*, init_worker_by_lua*, exit_worker_by_lua*. It is
// the base of the binding's main configuration and lies in the configuration's pool.
#pragma once

#include "lua_engine/handler.hpp"
#include "lua_engine/vm.hpp"
#include "lua_net/settings.hpp"
#include "lua_timer/account.hpp"
#include "ngx/conf.hpp"

namespace lua::shdict {
struct Zones;
}

namespace lua::process {

struct Service {
    VmRecipe recipe; // install and data are the binding's to fill in
    timer::Account timers;
    Vm* vm = nullptr; // of all whose code cache is on
    ngx_cycle_t* cycle = nullptr;
    shdict::Zones* zones = nullptr; // of lua_shared_dict
    net::Settings net;              // of handlers that belong to no location or server

    Handler* init = nullptr;
    Handler* init_worker = nullptr;
    Handler* exit_worker = nullptr;

    ngx_int_t malloc_trim_cycle = ngx::unset<ngx_int_t>;
    ngx_int_t thread_cache_max_entries = ngx::unset<ngx_int_t>;
    ngx_int_t regex_cache_max_entries = ngx::unset<ngx_int_t>;
    ngx_int_t regex_match_limit = ngx::unset<ngx_int_t>;
    ngx_int_t max_pending_timers = ngx::unset<ngx_int_t>;
    ngx_int_t max_running_timers = ngx::unset<ngx_int_t>;
    ngx_flag_t sa_restart = ngx::unset<ngx_flag_t>;

    // False when memory is short.
    [[nodiscard]] bool create(ngx_conf_t* cf) noexcept;
    // Gives what was not configured its default.
    void set_defaults() noexcept;

    // Creates the VM and runs init_by_lua* in it: now, or once the shared dictionaries are usable.
    // Nothing when the configuration is only tested. NGX_ERROR after logging why.
    [[nodiscard]] ngx_int_t start(ngx_log_t* log) noexcept;

    // `require "package"` calls open, in each VM of the configuration; package is a literal.
    void add_preload(const char* package, lua_CFunction open) noexcept;

    // A VM of its own for one request or session (lua_code_cache off); null after logging why.
    [[nodiscard]] Vm* create_own_vm(ngx_log_t* log) noexcept;

    // The worker begins and ends.
    void enter_process(ngx_cycle_t* cycle) noexcept;
    void leave_process(ngx_cycle_t* cycle) noexcept;

private:
    ngx_int_t create_shared_vm(ngx_log_t* log) noexcept;
};

// A binding's callbacks for the worker's begin and end; `of` finds the binding's service, null if
// there is none.
template <Service* (*of)(ngx_cycle_t*)>
ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
    if (Service* service = of(cycle)) {
        service->enter_process(cycle);
    }
    return NGX_OK;
}

template <Service* (*of)(ngx_cycle_t*)>
void exit_process(ngx_cycle_t* cycle) noexcept {
    if (Service* service = of(cycle)) {
        service->leave_process(cycle);
    }
}

// lua_malloc_trim: gives memory that malloc keeps back to the system, at every service's
// malloc_trim_cycle-th call.
void trim_memory(const Service& service, ngx_log_t* log) noexcept;

} // namespace lua::process
