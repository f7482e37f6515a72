// The configuration of the stream binding: what its directives set, per stream{} and server{}.
#pragma once

#include "lua_engine/handler.hpp"
#include "lua_net/socket_conf.hpp"
#include "lua_process/service.hpp"
#include "ngx/conf.hpp"
#include "ngx/stream.hpp"

extern "C" NGX_LUA_API ngx_module_t ngx_stream_lua_module;

namespace lua::stream {

// What is one per stream{}.
struct MainConf : process::Service {
    ngx_flag_t preread_no_postpone = ngx::unset<ngx_flag_t>;

    // Which families occur anywhere: only their handlers are installed.
    bool uses_preread = false;
    bool uses_log = false;
};

struct ServConf : net::SocketConf {
    Handler* preread = nullptr;
    Handler* content = nullptr;
    Handler* log = nullptr;

    ngx_flag_t code_cache = ngx::unset<ngx_flag_t>;
    ngx_flag_t check_client_abort = ngx::unset<ngx_flag_t>;
    net::Settings net; // made of the SocketConf and the core's when merged
};

inline MainConf& main_conf(ngx_stream_session_t* s) {
    return *static_cast<MainConf*>(ngx_stream_get_module_main_conf(s, ngx_stream_lua_module));
}

inline ServConf& serv_conf(ngx_stream_session_t* s) {
    return *static_cast<ServConf*>(ngx_stream_get_module_srv_conf(s, ngx_stream_lua_module));
}

void* create_main_conf(ngx_conf_t* cf) noexcept;
char* init_main_conf(ngx_conf_t* cf, void* conf) noexcept;
void* create_serv_conf(ngx_conf_t* cf) noexcept;
char* merge_serv_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

// Fills settings with what the stream{} level has for sockets of handlers that belong to no server.
[[nodiscard]] ngx_int_t top_net_settings(ngx_conf_t* cf, net::Settings& settings) noexcept;

// The module's directives.
[[nodiscard]] ngx_command_t* commands() noexcept;

} // namespace lua::stream
