// The configuration of the stream binding: what its directives set, per stream{} and server{}.
#pragma once

#include "lua_engine/handler.hpp"
#include "lua_net/socket_conf.hpp"
#include "lua_process/service.hpp"
#include "lua_stream/balancer.hpp"
#include "ngx/conf.hpp"
#include "ngx/stream.hpp"

extern "C" NGX_LUA_API ngx_module_t ngx_stream_lua_module;

namespace lua::stream {

// What is one per stream{}.
struct MainConf : process::Service {
    ngx_flag_t preread_no_postpone = ngx::unset<ngx_flag_t>;

    bool uses_preread = false; // anywhere
};

struct ServConf : net::SocketConf {
    ngx_flag_t code_cache = ngx::unset<ngx_flag_t>;
    ngx_flag_t check_client_abort = ngx::unset<ngx_flag_t>;

    Handler* preread = nullptr;
    Handler* content = nullptr;
    Handler* log = nullptr;
    Handler* ssl_client_hello = nullptr;
    Handler* ssl_certificate = nullptr;
    Balancing balancing; // of an upstream block
};

[[nodiscard]] ServConf& serv_conf(ngx_stream_session_t* s) noexcept;
[[nodiscard]] MainConf& main_conf(ngx_stream_session_t* s) noexcept;

void* create_main_conf(ngx_conf_t* cf) noexcept;
char* init_main_conf(ngx_conf_t* cf, void* conf) noexcept;
void* create_serv_conf(ngx_conf_t* cf) noexcept;
char* merge_serv_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

// What nginx's core has for sockets at the level being configured.
[[nodiscard]] net::CoreSettings core_settings(ngx_conf_t* cf);

// The module's directives.
[[nodiscard]] ngx_command_t* commands() noexcept;

} // namespace lua::stream
