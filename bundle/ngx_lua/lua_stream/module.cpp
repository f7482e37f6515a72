// ngx_stream_lua_module: the stream binding as an nginx module.
#include "lua_stream/api.hpp"
#include "lua_stream/conf.hpp"
#include "lua_stream/phases.hpp"
#include "lua_stream/tls_hooks.hpp"

namespace lua::stream {
namespace {

ngx_stream_handler_pt* add_handler(ngx_conf_t* cf, ngx_stream_phases phase) {
    auto* core = static_cast<ngx_stream_core_main_conf_t*>(
        ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module));
    return static_cast<ngx_stream_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
}

// nginx runs the handlers of the preread phase from the last added to the first: the one in front
// comes last, after ssl_preread and the like.
bool add_preread(ngx_conf_t* cf, bool in_front) {
    ngx_stream_handler_pt* slot = add_handler(cf, NGX_STREAM_PREREAD_PHASE);
    if (slot == nullptr) {
        return false;
    }
    if (in_front) {
        auto* core = static_cast<ngx_stream_core_main_conf_t*>(
            ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module));
        ngx_array_t& handlers = core->phases[NGX_STREAM_PREREAD_PHASE].handlers;
        auto* first = static_cast<ngx_stream_handler_pt*>(handlers.elts);
        ngx_memmove(first + 1, first, (handlers.nelts - 1) * sizeof(*first));
        slot = first;
    }
    *slot = on_preread;
    return true;
}

bool add_log(ngx_conf_t* cf) {
    ngx_stream_handler_pt* slot = add_handler(cf, NGX_STREAM_LOG_PHASE);
    if (slot == nullptr) {
        return false;
    }
    *slot = on_log;
    return true;
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    auto& main =
        *static_cast<MainConf*>(ngx_stream_conf_get_module_main_conf(cf, ngx_stream_lua_module));

    const auto& top =
        *static_cast<ServConf*>(ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_lua_module));
    if (top.settings_of_top(cf, core_settings(cf), main.net) != NGX_OK ||
        install_tls_hooks(cf) != NGX_OK || !add_log(cf) ||
        (main.uses_preread && !add_preread(cf, main.preread_no_postpone == 0))) {
        return NGX_ERROR;
    }
    main.recipe.install = install_api;
    main.recipe.subsystem = "stream";
    main.recipe.log_prefix = "stream ";
    main.recipe.data = &main;
    return main.start(cf->log);
}

process::Service* service_of(ngx_cycle_t* cycle) {
    return static_cast<MainConf*>(
        ngx_stream_cycle_get_module_main_conf(cycle, ngx_stream_lua_module));
}

} // namespace
} // namespace lua::stream

extern "C" {

static ngx_stream_module_t ngx_stream_lua_module_ctx = {
    nullptr,                        // preconfiguration
    lua::stream::postconfiguration, // postconfiguration
    lua::stream::create_main_conf,  // create main configuration
    lua::stream::init_main_conf,    // init main configuration
    lua::stream::create_serv_conf,  // create server configuration
    lua::stream::merge_serv_conf,   // merge server configuration
};

ngx_module_t ngx_stream_lua_module = {
    NGX_MODULE_V1,
    &ngx_stream_lua_module_ctx,                          // module context
    lua::stream::commands(),                             // module directives
    NGX_STREAM_MODULE,                                   // module type
    nullptr,                                             // init master
    nullptr,                                             // init module
    lua::process::init_process<lua::stream::service_of>, // init process
    nullptr,                                             // init thread
    nullptr,                                             // exit thread
    lua::process::exit_process<lua::stream::service_of>, // exit process
    nullptr,                                             // exit master
    NGX_MODULE_V1_PADDING,
};
}
