#include "lua_http/init.hpp"

#include "lua_engine/traceback.hpp"
#include "lua_http/api.hpp"
#include "lua_http/http_host.hpp"
#include "lua_http/process_host.hpp"
#include "lua_process/cycle.hpp"
#include "lua_regex/engine_hook.hpp"
#include "ngx/log.hpp"

namespace lua::http {
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

void run_process_handler(MainConf& main, Handler* handler, Phase phase, const char* what,
                         ngx_cycle_t* cycle) {
    if (handler == nullptr || main.vm == nullptr) {
        return;
    }
    const char* context = phase == Phase::init_worker ? context_name(phase) : nullptr;
    ProcessHost host{*main.vm, phase, cycle, main.net, context};
    static_cast<void>(run_chunk(*main.vm, *handler, what, &host, host.log()));
    host.end();
}

bool is_helper_process() {
    return ngx_process == NGX_PROCESS_HELPER
#ifdef HAVE_PRIVILEGED_PROCESS_PATCH
           && !ngx_is_privileged_agent
#endif
        ;
}

MainConf* main_conf_of(ngx_cycle_t* cycle) {
    return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_lua_module));
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

ngx_int_t create_shared_vm(MainConf& main, ngx_log_t* log) noexcept {
    main.recipe.cycle = main.cycle;
    main.recipe.install = install_api;
    main.recipe.data = &main;
    if (main.thread_cache_max_entries >= 0) {
        main.recipe.pooled_coroutines = main.thread_cache_max_entries;
    }

    regex::use_settings(main.regex_match_limit, main.regex_cache_max_entries);
    main.vm = Vm::create(main.recipe, nullptr, log, NGX_LOG_ALERT);
    if (main.vm == nullptr) {
        return NGX_ERROR;
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(main.cycle->pool, 0);
    if (cleanup == nullptr) {
        return NGX_ERROR;
    }
    cleanup->handler = [](void* data) noexcept {
        auto& conf = *static_cast<MainConf*>(data);
        if (conf.vm != nullptr) {
            conf.vm->release();
            conf.vm = nullptr;
        }
    };
    cleanup->data = &main;

    process::ConfiguringCycle configuring{main.cycle};
    if (main.init != nullptr && !run_chunk(*main.vm, *main.init, "init_by_lua", nullptr, log)) {
        return NGX_ERROR;
    }
    return NGX_OK;
}

Vm* create_request_vm(MainConf& main, ngx_log_t* log) noexcept {
    Vm* vm = Vm::create(main.recipe, main.vm, log, NGX_LOG_ERR);
    if (vm == nullptr) {
        return nullptr;
    }
    NGX_LUA_DEBUG(log, "lua creating new vm state");
    if (main.init != nullptr && !run_chunk(*vm, *main.init, "init_by_lua", nullptr, log)) {
        vm->release();
        return nullptr;
    }
    return vm;
}

ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
    MainConf* main = main_conf_of(cycle);
    if (main == nullptr || main->vm == nullptr) {
        return NGX_OK;
    }
    if (is_helper_process()) {
        NGX_LUA_DEBUG(cycle->log, "lua close the global Lua VM %p in the cache helper process %P",
                      main->vm->state(), ngx_pid);
        main->vm->release();
        main->vm = nullptr;
        return NGX_OK;
    }
    if (main->sa_restart) {
        restart_system_calls(cycle->log);
    }
    run_process_handler(*main, main->init_worker, Phase::init_worker, "init_worker_by_lua", cycle);
    return NGX_OK;
}

void exit_process(ngx_cycle_t* cycle) noexcept {
    MainConf* main = main_conf_of(cycle);
    if (main == nullptr || main->vm == nullptr) {
        return;
    }
    run_process_handler(*main, main->exit_worker, Phase::exit_worker, "exit_worker_by_lua", cycle);
    main->vm->release();
    main->vm = nullptr;
}

} // namespace lua::http
