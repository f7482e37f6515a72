// The configuration of the http binding: what its directives set, per http{}, server{} and
// location.
#pragma once

#include "lua_engine/handler.hpp"
#include "lua_http/balancer.hpp"
#include "lua_net/socket_conf.hpp"
#include "lua_process/service.hpp"
#include "ngx/conf.hpp"
#include "ngx/http.hpp"

extern "C" NGX_LUA_API ngx_module_t ngx_http_lua_module;

namespace lua::http {

// What is one per http{}.
struct MainConf : process::Service {
    Handler* ssl_session_store = nullptr;
    Handler* ssl_session_fetch = nullptr;

    ngx_int_t worker_thread_vm_pool_size = ngx::unset<ngx_int_t>;
    ngx_flag_t rewrite_no_postpone = ngx::unset<ngx_flag_t>;
    ngx_flag_t access_no_postpone = ngx::unset<ngx_flag_t>;
    ngx_flag_t precontent_no_postpone = ngx::unset<ngx_flag_t>;

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
    Balancing balancing;
};

struct LocConf : net::SocketConf {
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

// What nginx's core has for sockets at the level being configured.
[[nodiscard]] net::CoreSettings core_settings(ngx_conf_t* cf);

// Installs phase handlers and filters, and creates the VM (module.cpp).
ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept;

// The module's directives.
[[nodiscard]] ngx_command_t* commands() noexcept;

} // namespace lua::http
