// What defines a module: nginx's module object without its columns of empty hooks.
//
//     extern "C" {
//     ngx_module_t ngx_http_xss_filter_module = ngx::http_module(xss::context, xss::directives);
//     }
#pragma once

#include "ngx/complex_value.hpp"
#include "ngx/conf.hpp"
#include "ngx/http.hpp"

#include <span>

namespace ngx {

constexpr ngx_module_t http_module(ngx_http_module_t& context, ngx_command_t* directives) {
    return {
        NGX_MODULE_V1,
        &context,
        directives,
        NGX_HTTP_MODULE,
        nullptr, // init master
        nullptr, // init module
        nullptr, // init process
        nullptr, // init thread
        nullptr, // exit thread
        nullptr, // exit process
        nullptr, // exit master
        NGX_MODULE_V1_PADDING,
    };
}

// A directive's arguments, its own name first.
inline std::span<ngx_str_t> arguments(ngx_conf_t* cf) {
    return {static_cast<ngx_str_t*>(cf->args->elts), cf->args->nelts};
}

inline char* conf_failed() {
    return static_cast<char*>(NGX_CONF_ERROR);
}

// A message that nginx puts behind the directive's name.
inline char* conf_message(const char* text) {
    return const_cast<char*>(text);
}

// Adds a handler to a phase. Those added later run earlier.
[[nodiscard]] inline ngx_int_t add_phase_handler(ngx_conf_t* cf, ngx_http_phases phase,
                                                 ngx_http_handler_pt handler) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* slot = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
    if (slot == nullptr) {
        return NGX_ERROR;
    }
    *slot = handler;
    return NGX_OK;
}

// The main configuration of a module whose filter or handler is installed only where one of its
// directives occurs.
struct Usage {
    bool is_used;
};

inline void* create_usage(ngx_conf_t* cf) noexcept {
    return make<Usage>(cf->pool);
}

template <ngx_module_t& Module>
Usage& usage(ngx_conf_t* cf) {
    return *static_cast<Usage*>(ngx_http_conf_get_module_main_conf(cf, Module));
}

// A module's postconfiguration: installs what is used.
template <ngx_module_t& Module, void (*Install)()>
ngx_int_t install_if_used(ngx_conf_t* cf) noexcept {
    if (usage<Module>(cf).is_used) {
        Install();
    }
    return NGX_OK;
}

// The setter of a flag that makes the module used, wherever it occurs.
template <ngx_module_t& Module, auto Member>
char* set_using_flag(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    usage<Module>(cf).is_used = true;
    return flag<Member>("", 0, 0).set(cf, cmd, conf);
}

// Puts a pair of output filters in front of those installed so far, which next_* then name.
inline void add_filters(ngx_http_output_header_filter_pt header,
                        ngx_http_output_header_filter_pt& next_header,
                        ngx_http_output_body_filter_pt body,
                        ngx_http_output_body_filter_pt& next_body) {
    next_header = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header;
    next_body = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body;
}

} // namespace ngx
