// The directives of a Service, as rows for the table of a binding whose main configuration struct
// Conf has Service as its base.
#pragma once

#include "lua_engine/handler_directives.hpp"
#include "lua_process/errlog.hpp"
#include "lua_process/service.hpp"

#include <array>

namespace lua::process {

using ServiceSetter = char* (*)(ngx_conf_t* cf, ngx_command_t* cmd, Service& service);

char* set_package_path(ngx_conf_t* cf, ngx_command_t* cmd, Service& service);
char* set_package_cpath(ngx_conf_t* cf, ngx_command_t* cmd, Service& service);
char* set_shared_dict(ngx_conf_t* cf, ngx_command_t* cmd, Service& service);

template <typename Conf, ServiceSetter Set>
char* set_in(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return Set(cf, cmd, *static_cast<Conf*>(conf));
}

// lua_code_cache: sets cache; prefix is that of the log line, "" or "stream ".
char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, ngx_flag_t& cache, const char* prefix);

extern Family exit_worker_family;

// Stream names these chunks without their place.
template <bool located>
inline constinit Family init_family{"init_by_lua", nullptr, nullptr, located};
template <bool located>
inline constinit Family init_worker_family{"init_worker_by_lua", nullptr, nullptr, located};

template <typename Conf, bool located>
auto service_rows(ngx_uint_t where, ngx_uint_t level) {
    using S = Service;
    return std::array{
        ngx::custom<set_in<Conf, set_package_path>>("lua_package_path", where | NGX_CONF_TAKE1,
                                                    level),
        ngx::custom<set_in<Conf, set_package_cpath>>("lua_package_cpath", where | NGX_CONF_TAKE1,
                                                     level),
        ngx::custom<set_in<Conf, set_shared_dict>>("lua_shared_dict", where | NGX_CONF_TAKE2,
                                                   level),
        ngx::custom<errlog::directive>("lua_capture_error_log", where | NGX_CONF_TAKE1, level),
        ngx::number<&S::malloc_trim_cycle, Conf>("lua_malloc_trim", where, level),
        ngx::flag<&S::sa_restart, Conf>("lua_sa_restart", where, level),
        ngx::number<&S::regex_cache_max_entries, Conf>("lua_regex_cache_max_entries", where, level),
        ngx::number<&S::regex_match_limit, Conf>("lua_regex_match_limit", where, level),
        ngx::number<&S::max_pending_timers, Conf>("lua_max_pending_timers", where, level),
        ngx::number<&S::max_running_timers, Conf>("lua_max_running_timers", where, level),

        string_form<&S::init, Conf>("init_by_lua", where, level, init_family<located>),
        block_form<&S::init, Conf>("init_by_lua_block", where, level, init_family<located>),
        file_form<&S::init, Conf>("init_by_lua_file", where, level, init_family<located>),
        string_form<&S::init_worker, Conf>("init_worker_by_lua", where, level,
                                           init_worker_family<located>),
        block_form<&S::init_worker, Conf>("init_worker_by_lua_block", where, level,
                                          init_worker_family<located>),
        file_form<&S::init_worker, Conf>("init_worker_by_lua_file", where, level,
                                         init_worker_family<located>),
    };
}

} // namespace lua::process
