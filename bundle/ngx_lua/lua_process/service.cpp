#include "lua_process/service.hpp"

#include "lua_engine/api.hpp"
#include "lua_engine/traceback.hpp"
#include "lua_process/cycle.hpp"
#include "lua_process/process_host.hpp"
#include "lua_regex/engine_hook.hpp"
#include "lua_shdict/zone.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"

namespace lua::process {
namespace {

// Runs the function or file of handler on the VM's main state. Returns false after logging
// "<what> error: <message>".
bool run_chunk(Vm& vm, Handler& handler, const char* what, Host* host, ngx_log_t* log) {
    lua_State* L = vm.state();
    StackGuard guard{L};
    bool file = handler.chunk.kind == Chunk::Kind::file;

    lua_pushcfunction(L, traceback_handler);
    int rc = file ? luaL_loadfile(L, reinterpret_cast<const char*>(handler.chunk.source.data))
                  : luaL_loadbuffer(L, reinterpret_cast<const char*>(handler.chunk.source.data),
                                    handler.chunk.source.len,
                                    reinterpret_cast<const char*>(handler.chunk.name.data));
    if (rc == 0) {
        CurrentScope scope{vm, host, nullptr};
        void* outer = lua_getexdata(L);
        lua_setexdata(L, host == nullptr ? nullptr : host->exdata());
        rc = lua_pcall(L, 0, 0, -2);
        lua_setexdata(L, outer);
    }
    if (rc == 0) {
        lua_gc(L, LUA_GCCOLLECT, 0);
        return true;
    }
    std::string_view message =
        lua_isstring(L, -1) ? to_view(L, -1) : std::string_view{"unknown reason"};
    ngx_log_error(NGX_LOG_ERR, log, 0, "%s%s error: %*s", what, file ? "_file" : "", message.size(),
                  message.data());
    return false;
}

void run_process_handler(Service& service, Handler* handler, Phase phase, const char* what,
                         ngx_cycle_t* cycle) {
    if (handler == nullptr) {
        return;
    }
    const char* context = phase == Phase::init_worker ? context_name(phase) : nullptr;
    ProcessHost host{*service.vm, phase, cycle, service.net, context};
    static_cast<void>(run_chunk(*service.vm, *handler, what, &host, host.log()));
    host.end();
}

bool is_helper_process() {
    return ngx_process == NGX_PROCESS_HELPER
#ifdef HAVE_PRIVILEGED_PROCESS_PATCH
           && !ngx_is_privileged_agent
#endif
        ;
}

// SA_RESTART for the signals that nginx handles, so that blocking io.* calls of Lua code do not
// fail with EINTR.
void restart_system_calls(ngx_log_t* log) {
    static constexpr int kSignals[] = {SIGHUP,  SIGUSR1, SIGWINCH, SIGTERM, SIGQUIT,
                                       SIGUSR2, SIGALRM, SIGINT,   SIGIO,   SIGCHLD};
    for (int signo : kSignals) {
        struct sigaction action {};
        if (sigaction(signo, nullptr, &action) != 0) {
            ngx_log_error(NGX_LOG_WARN, log, ngx_errno, "failed to get sigaction for signal %d",
                          signo);
            continue;
        }
        NGX_LUA_DEBUG(log, "setting SA_RESTART for signal %d", signo);
        action.sa_flags |= SA_RESTART;
        if (sigaction(signo, &action, nullptr) != 0) {
            ngx_log_error(NGX_LOG_WARN, log, ngx_errno, "failed to set sigaction for signal %d",
                          signo);
        }
    }
}

} // namespace

bool Service::create(ngx_conf_t* cf) noexcept {
    cycle = cf->cycle;
    zones = ngx::make<shdict::Zones>(cf->pool);
    return zones != nullptr;
}

void Service::set_defaults() noexcept {
    auto fallback = [](auto& member, auto value) { ngx::merge(member, member, value); };

    if (thread_cache_max_entries < 0) {
        thread_cache_max_entries = 1024;
    }
    fallback(regex_cache_max_entries, 1024);
    fallback(regex_match_limit, 0);
    fallback(max_pending_timers, 1024);
    fallback(max_running_timers, 256);
    fallback(sa_restart, 1);
}

ngx_int_t Service::start(ngx_log_t* log) noexcept {
    if (ngx_test_config || ngx_process == NGX_PROCESS_SIGNALLER) {
        return NGX_OK;
    }
    if (zones->expected() == 0) {
        return create_shared_vm(log);
    }
    zones->on_ready = [](void* data, ngx_log_t* zone_log) noexcept {
        return static_cast<Service*>(data)->create_shared_vm(zone_log);
    };
    zones->on_ready_data = this;
    return NGX_OK;
}

ngx_int_t Service::create_shared_vm(ngx_log_t* log) noexcept {
    recipe.cycle = cycle;
    recipe.pooled_coroutines = thread_cache_max_entries;
    recipe.timers = &timers;
    timers.max_pending = max_pending_timers;
    timers.max_running = max_running_timers;

    regex::use_settings(regex_match_limit, regex_cache_max_entries);
    vm = Vm::create(recipe, nullptr, log, NGX_LOG_ALERT);
    if (vm == nullptr) {
        return NGX_ERROR;
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cleanup == nullptr) {
        return NGX_ERROR;
    }
    cleanup->handler = [](void* data) noexcept {
        auto& service = *static_cast<Service*>(data);
        if (service.vm != nullptr) {
            service.vm->release();
            service.vm = nullptr;
        }
    };
    cleanup->data = this;

    ConfiguringCycle configuring{cycle};
    if (init != nullptr && !run_chunk(*vm, *init, "init_by_lua", nullptr, log)) {
        return NGX_ERROR;
    }
    return NGX_OK;
}

void Service::add_preload(const char* package, lua_CFunction open) noexcept {
    recipe.preloads.push_back({package, open});
    if (vm == nullptr) {
        return;
    }
    auto add = [](lua_State* L) {
        preload_package(L, *static_cast<const Preload*>(lua_touserdata(L, 1)));
        return 0;
    };
    static_cast<void>(lua_cpcall(vm->state(), add, &recipe.preloads.back()));
}

Vm* Service::create_own_vm(ngx_log_t* log) noexcept {
    Vm* own = Vm::create(recipe, vm, log, NGX_LOG_ERR);
    if (own == nullptr) {
        return nullptr;
    }
    NGX_LUA_DEBUG(log, "lua creating new vm state");
    if (init != nullptr && !run_chunk(*own, *init, "init_by_lua", nullptr, log)) {
        own->release();
        return nullptr;
    }
    return own;
}

void Service::enter_process(ngx_cycle_t* running) noexcept {
    if (vm == nullptr) {
        return;
    }
    if (is_helper_process()) {
        NGX_LUA_DEBUG(running->log, "lua close the global Lua VM %p in the cache helper process %P",
                      vm->state(), ngx_pid);
        vm->release();
        vm = nullptr;
        return;
    }
    if (sa_restart) {
        restart_system_calls(running->log);
    }
    run_process_handler(*this, init_worker, Phase::init_worker, "init_worker_by_lua", running);
}

void Service::leave_process(ngx_cycle_t* running) noexcept {
    if (vm == nullptr) {
        return;
    }
    run_process_handler(*this, exit_worker, Phase::exit_worker, "exit_worker_by_lua", running);
    vm->release();
    vm = nullptr;
}

} // namespace lua::process
