// What Lua code asks about its process: ngx.worker, ngx.process, os.getenv before fork.
#include <string_view>

#include "lua_process/cycle.hpp"
#include "lua_process/process_table.hpp"
#include "ngx/export.hpp"
#include "ngx/nginx.hpp"
#include "ngx/str.hpp"

namespace {

using lua::process::ConfiguringCycle;
using lua::process::ProcessTable;

constexpr int kPrivilegedAgent = 99;

ngx_core_conf_t* core_conf() noexcept {
    auto* const conf_ctx = ConfiguringCycle::get()->conf_ctx;
    return conf_ctx == nullptr
               ? nullptr
               : reinterpret_cast<ngx_core_conf_t*>(ngx_get_conf(conf_ctx, ngx_core_module));
}

bool is_privileged_agent() noexcept {
#ifdef HAVE_PRIVILEGED_PROCESS_PATCH
    return ngx_process == NGX_PROCESS_HELPER && ngx_is_privileged_agent;
#else
    return false;
#endif
}

bool is_worker() noexcept {
    return ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE;
}

// A process does not know how many slots of ngx_processes are in use: ngx_last_process is as it was
// when the process was born. It learns of its siblings from the slots that it inherited and from
// the master's messages; both leave a pid and an open channel, and the message of an exit closes
// the channel. Only inherited slots have a name; the others' owners say themselves what they are.
bool is_sibling_worker(ngx_int_t slot) noexcept {
    const ngx_process_t& process = ngx_processes[slot];
    if (process.pid <= 0 || process.channel[0] <= 0) {
        return false;
    }
    return process.name == nullptr ? !ProcessTable::is_no_worker(slot, process.pid)
                                   : std::string_view(process.name) == "worker process";
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_worker_pid() noexcept {
    return static_cast<int>(ngx_pid);
}

// The number of the worker, -1 in any other process.
NGX_LUA_FFI int ngx_lua_ffi_worker_id() noexcept {
    return is_worker() ? static_cast<int>(ngx_worker) : -1;
}

NGX_LUA_FFI int ngx_lua_ffi_worker_count() noexcept {
    const ngx_core_conf_t* const conf = core_conf();
    // Unset until nginx has read the whole configuration; its default is one.
    return conf == nullptr || conf->worker_processes == NGX_CONF_UNSET
               ? 1
               : static_cast<int>(conf->worker_processes);
}

// True from the moment the process stops taking new connections, or exits at once.
NGX_LUA_FFI int ngx_lua_ffi_worker_exiting() noexcept {
    return ngx_exiting || ngx_terminate;
}

// Stores the pids of all workers, this one's included; *count is the capacity, then the number.
NGX_LUA_FFI int ngx_lua_ffi_worker_pids(int* pids, size_t* count) noexcept {
    const size_t capacity = *count;
    size_t found = 0;

    for (ngx_int_t i = 0; i < NGX_MAX_PROCESSES && found < capacity; i++) {
        if (ngx_process == NGX_PROCESS_WORKER && i == ngx_process_slot) {
            pids[found++] = static_cast<int>(ngx_pid);
        } else if (is_sibling_worker(i)) {
            pids[found++] = static_cast<int>(ngx_processes[i].pid);
        }
    }

    if (ngx_process == NGX_PROCESS_SINGLE && capacity > 0) {
        pids[0] = static_cast<int>(ngx_pid);
        found = 1;
    }
    *count = found;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_get_process_type() noexcept {
    if (is_privileged_agent()) {
        return kPrivilegedAgent;
    }
    if (ngx_process == NGX_PROCESS_SINGLE && ConfiguringCycle::active()) {
        // At start nginx decides what it is only after the configuration.
        const ngx_core_conf_t* const conf = core_conf();
        return conf != nullptr && conf->master == 0 ? NGX_PROCESS_SINGLE : NGX_PROCESS_MASTER;
    }
    return static_cast<int>(ngx_process);
}

NGX_LUA_FFI int ngx_lua_ffi_master_pid() noexcept {
    const bool is_child = ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_HELPER;
    return static_cast<int>(is_child ? ngx_parent : ngx_pid);
}

NGX_LUA_FFI void ngx_lua_ffi_process_signal_graceful_exit() noexcept {
    ngx_quit = 1;
}

// Only while init_by_lua runs: the master starts the agent together with the workers.
NGX_LUA_FFI int ngx_lua_ffi_enable_privileged_agent(char** err, unsigned int connections) noexcept {
#ifdef HAVE_PRIVILEGED_PROCESS_PATCH
    ngx_core_conf_t* const conf = core_conf();
    if (conf != nullptr) {
        conf->privileged_agent = 1;
        conf->privileged_agent_connections = connections;
        return NGX_OK;
    }
#else
    (void)connections;
#endif
    *err = const_cast<char*>("missing privileged agent process patch in the nginx core");
    return NGX_ERROR;
}

// Looks for an `env NAME=VALUE` directive: *entry is its text, *name_len where the '=' stands.
NGX_LUA_FFI int ngx_lua_ffi_get_conf_env(const unsigned char* name, unsigned char** entry,
                                         size_t* name_len) noexcept {
    const ngx_core_conf_t* const conf = core_conf();
    if (conf == nullptr) {
        return NGX_DECLINED;
    }

    // nginx keeps the whole text, but its length is that of the name.
    const std::string_view wanted(reinterpret_cast<const char*>(name));
    const auto* const settings = static_cast<const ngx_str_t*>(conf->env.elts);
    for (ngx_uint_t i = 0; i < conf->env.nelts; i++) {
        if (ngx::view(settings[i]) == wanted && settings[i].data[settings[i].len] == '=') {
            *entry = settings[i].data;
            *name_len = settings[i].len;
            return NGX_OK;
        }
    }
    return NGX_DECLINED;
}
