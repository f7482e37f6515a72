// ngx_http_lua_module: the http binding as an nginx module.
#include "lua_http/api.hpp"
#include "lua_http/conf.hpp"
#include "lua_http/phases.hpp"
#include "lua_http/request_headers.hpp"
#include "lua_http/subrequest.hpp"
#include "lua_http/tls_hooks.hpp"

namespace lua::http {
namespace {

// Adds a handler to a phase. nginx runs the handlers of most phases from the last added to the
// first, so the one in front comes last: that is where Lua handlers belong unless they are told not
// to wait for the others. Log handlers run from first to last, Lua in front.
bool add_handler(ngx_http_core_main_conf_t* core, ngx_http_phases phase,
                 ngx_http_handler_pt handler, bool in_front) {
    ngx_array_t* handlers = &core->phases[phase].handlers;
    auto* slot = static_cast<ngx_http_handler_pt*>(ngx_array_push(handlers));
    if (slot == nullptr) {
        return false;
    }
    if (in_front) {
        auto* first = static_cast<ngx_http_handler_pt*>(handlers->elts);
        ngx_memmove(first + 1, first, (handlers->nelts - 1) * sizeof(*first));
        slot = first;
    }
    *slot = handler;
    return true;
}

bool add_phase_handlers(ngx_conf_t* cf, const MainConf& main) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));

    return (!main.uses_server_rewrite ||
            add_handler(core, NGX_HTTP_SERVER_REWRITE_PHASE, on_server_rewrite, false)) &&
           (!main.uses_rewrite ||
            add_handler(core, NGX_HTTP_REWRITE_PHASE, on_rewrite, main.rewrite_no_postpone == 0)) &&
           (!main.uses_access ||
            add_handler(core, NGX_HTTP_ACCESS_PHASE, on_access, main.access_no_postpone == 0)) &&
           (!main.uses_precontent || add_handler(core, NGX_HTTP_PRECONTENT_PHASE, on_precontent,
                                                 main.precontent_no_postpone == 0)) &&
           (!main.uses_log || add_handler(core, NGX_HTTP_LOG_PHASE, on_log, true)) &&
           (!main.trims || add_handler(core, NGX_HTTP_LOG_PHASE, on_log_trim, true));
}

} // namespace

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    auto& main =
        *static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_lua_module));

    // The default of lua_malloc_trim acts only where there is a log handler anyway.
    main.trims = main.uses_log || main.malloc_trim_cycle != ngx::unset<ngx_int_t>;
    ngx::merge(main.malloc_trim_cycle, main.malloc_trim_cycle, 1000);
    const auto& top =
        *static_cast<LocConf*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_lua_module));
    if (top.settings_of_top(cf, core_settings(cf), main.net) != NGX_OK ||
        !add_phase_handlers(cf, main) || find_header_variables(cf) != NGX_OK ||
        install_tls_hooks(cf, main) != NGX_OK) {
        return NGX_ERROR;
    }
    if (main.uses_server_rewrite || main.uses_rewrite || main.uses_access || main.uses_precontent ||
        main.uses_content) {
        install_capture_filters();
    }
    if (main.uses_header_filter || main.uses_body_filter) {
        install_header_filter();
    }
    if (main.uses_body_filter) {
        install_body_filter();
    }
    main.recipe.install = install_api;
    main.recipe.data = &main;
    return main.start(cf->log);
}

namespace {

process::Service* service_of(ngx_cycle_t* cycle) {
    return static_cast<MainConf*>(ngx_http_cycle_get_module_main_conf(cycle, ngx_http_lua_module));
}

} // namespace
} // namespace lua::http

extern "C" {

static ngx_http_module_t ngx_http_lua_module_ctx = {
    nullptr,                      // preconfiguration
    lua::http::postconfiguration, // postconfiguration
    lua::http::create_main_conf,  // create main configuration
    lua::http::init_main_conf,    // init main configuration
    lua::http::create_serv_conf,  // create server configuration
    lua::http::merge_serv_conf,   // merge server configuration
    lua::http::create_loc_conf,   // create location configuration
    lua::http::merge_loc_conf,    // merge location configuration
};

ngx_module_t ngx_http_lua_module = {
    NGX_MODULE_V1,
    &ngx_http_lua_module_ctx,                          // module context
    lua::http::commands(),                             // module directives
    NGX_HTTP_MODULE,                                   // module type
    nullptr,                                           // init master
    nullptr,                                           // init module
    lua::process::init_process<lua::http::service_of>, // init process
    nullptr,                                           // init thread
    nullptr,                                           // exit thread
    lua::process::exit_process<lua::http::service_of>, // exit process
    nullptr,                                           // exit master
    NGX_MODULE_V1_PADDING,
};
}
