// The configuration of the http binding: what its directives set, per http{}, server{} and
// location.
#pragma once

#include "lua_engine/chunk.hpp"
#include "lua_engine/vm.hpp"
#include "lua_net/settings.hpp"
#include "ngx/conf.hpp"
#include "ngx/http.hpp"

extern "C" NGX_LUA_API ngx_module_t ngx_http_lua_module;

namespace lua::shdict {
struct Zones;
}

namespace lua::http {

// One *_by_lua directive. A chunk of kind `file` has its path as a complex value where the family
// allows variables, else resolved in chunk.source.
struct Handler {
    Chunk chunk;
    ngx_http_complex_value_t* path = nullptr;
};

// A shared dictionary zone list, the VM's recipe, and what is one per http{}.
struct MainConf {
    VmRecipe recipe;
    Vm* vm = nullptr; // of all requests whose code cache is on
    ngx_cycle_t* cycle = nullptr;

    Handler* init = nullptr;
    Handler* init_worker = nullptr;
    Handler* exit_worker = nullptr;
    Handler* ssl_session_store = nullptr;
    Handler* ssl_session_fetch = nullptr;

    ngx_flag_t load_resty_core = ngx::unset<ngx_flag_t>;
    ngx_int_t malloc_trim_cycle = ngx::unset<ngx_int_t>;
    ngx_int_t thread_cache_max_entries = ngx::unset<ngx_int_t>;
    ngx_int_t regex_cache_max_entries = ngx::unset<ngx_int_t>;
    ngx_int_t regex_match_limit = ngx::unset<ngx_int_t>;
    ngx_int_t max_pending_timers = ngx::unset<ngx_int_t>;
    ngx_int_t max_running_timers = ngx::unset<ngx_int_t>;
    ngx_int_t worker_thread_vm_pool_size = ngx::unset<ngx_int_t>;
    ngx_flag_t sa_restart = ngx::unset<ngx_flag_t>;
    ngx_flag_t rewrite_no_postpone = ngx::unset<ngx_flag_t>;
    ngx_flag_t access_no_postpone = ngx::unset<ngx_flag_t>;
    ngx_flag_t precontent_no_postpone = ngx::unset<ngx_flag_t>;

    shdict::Zones* zones = nullptr;
    net::Settings net; // of handlers that belong to no location

    // Which families occur anywhere: only their handlers and filters are installed.
    bool uses_server_rewrite = false;
    bool uses_rewrite = false;
    bool uses_access = false;
    bool uses_precontent = false;
    bool uses_content = false;
    bool uses_header_filter = false;
    bool uses_body_filter = false;
    bool uses_log = false;
    bool trims = false; // lua_malloc_trim has a log handler
};

struct ServConf {
    Handler* server_rewrite = nullptr;
    Handler* ssl_certificate = nullptr;
    Handler* ssl_client_hello = nullptr;
    Handler* balancer = nullptr; // of an upstream block
    ngx_int_t balancer_keepalive = ngx::unset<ngx_int_t>;
};

struct LocConf {
    Handler* rewrite = nullptr;
    Handler* access = nullptr;
    Handler* precontent = nullptr;
    Handler* content = nullptr;
    Handler* header_filter = nullptr;
    Handler* body_filter = nullptr;
    Handler* log = nullptr;
    Handler* proxy_ssl_certificate = nullptr;
    Handler* proxy_ssl_verify = nullptr;

    ngx_flag_t code_cache = ngx::unset<ngx_flag_t>;
    ngx_flag_t use_default_type = ngx::unset<ngx_flag_t>;
    ngx_flag_t need_request_body = ngx::unset<ngx_flag_t>;
    ngx_flag_t transform_underscores = ngx::unset<ngx_flag_t>;
    ngx_flag_t http10_buffering = ngx::unset<ngx_flag_t>;
    ngx_flag_t check_client_abort = ngx::unset<ngx_flag_t>;

    ngx_flag_t socket_log_errors = ngx::unset<ngx_flag_t>;
    ngx_msec_t socket_connect_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t socket_send_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t socket_read_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t socket_keepalive_timeout = ngx::unset<ngx_msec_t>;
    size_t socket_send_lowat = ngx::unset<size_t>;
    size_t socket_buffer_size = ngx::unset<size_t>;
    ngx_int_t socket_pool_size = ngx::unset<ngx_int_t>;
    net::Settings net; // made of these, the ssl_* ones and the core's when merged

    ngx_uint_t ssl_protocols = 0;
    ngx_str_t ssl_ciphers = {};
    ngx_int_t ssl_verify_depth = ngx::unset<ngx_int_t>;
    ngx_array_t* ssl_certificates = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    ngx_array_t* ssl_certificate_keys = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    ngx_str_t ssl_trusted_certificate = {};
    ngx_str_t ssl_crl = {};
    ngx_str_t ssl_key_log = {};
    ngx_array_t* ssl_conf_commands = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    ngx_ssl_t* tls = nullptr; // made of these when merged
    ngx_flag_t upstream_skip_openssl_default_verify = ngx::unset<ngx_flag_t>;
};

inline MainConf& main_conf(ngx_http_request_t* r) {
    return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_lua_module));
}

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_lua_module));
}

inline ServConf& serv_conf(ngx_http_request_t* r) {
    return *static_cast<ServConf*>(ngx_http_get_module_srv_conf(r, ngx_http_lua_module));
}

void* create_main_conf(ngx_conf_t* cf) noexcept;
char* init_main_conf(ngx_conf_t* cf, void* conf) noexcept;
void* create_serv_conf(ngx_conf_t* cf) noexcept;
char* merge_serv_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;
void* create_loc_conf(ngx_conf_t* cf) noexcept;
char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

// The settings of http{} itself, for handlers that belong to no location. To be called after
// merging.
[[nodiscard]] ngx_int_t top_net_settings(ngx_conf_t* cf, net::Settings& settings) noexcept;

// Installs phase handlers and filters, and creates the VM (module.cpp).
ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept;

extern ngx_command_t commands[];

} // namespace lua::http
