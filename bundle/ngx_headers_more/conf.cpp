// The module: configuration, directives, hooks.
#include "headers_more.hpp"

#include "ngx/conf.hpp"
#include "ngx/pool.hpp"

#include <algorithm>

namespace headers_more {

namespace {

constexpr ngx_uint_t kWhere =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF | NGX_CONF_1MORE;

Directive set_output{.is_input = false, .clears = false};
Directive clear_output{.is_input = false, .clears = true};
Directive set_input{.is_input = true, .clears = false};
Directive clear_input{.is_input = true, .clears = true};

ngx_command_t directive(const char* name, Directive* which) {
    return ngx::custom<parse_directive>(name, kWhere, NGX_HTTP_LOC_CONF_OFFSET, which);
}

ngx_command_t directives[] = {
    directive("more_set_headers", &set_output),
    directive("more_clear_headers", &clear_output),
    directive("more_set_input_headers", &set_input),
    directive("more_clear_input_headers", &clear_input),
    ngx::end_of_commands,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->output = conf->input = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    }
    return conf;
}

// The outer level's commands come first; false when memory is short.
bool concatenate(ngx_conf_t* cf, ngx_array_t*& child, ngx_array_t* parent) {
    if (child == NGX_CONF_UNSET_PTR || parent == NGX_CONF_UNSET_PTR || parent == nullptr) {
        ngx::merge(child, parent);
        return true;
    }

    const std::span<const Command> outer = commands(parent);
    const std::span<const Command> inner = commands(child);

    ngx_array_t* both = ngx_array_create(cf->pool, outer.size() + inner.size(), sizeof(Command));
    if (both == nullptr) {
        return false;
    }
    auto* p = static_cast<Command*>(ngx_array_push_n(both, outer.size() + inner.size()));
    std::ranges::copy(inner, std::ranges::copy(outer, p).out);

    child = both;
    return true;
}

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    const auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    return concatenate(cf, conf.output, prev.output) && concatenate(cf, conf.input, prev.input)
               ? NGX_CONF_OK
               : static_cast<char*>(NGX_CONF_ERROR);
}

// nginx runs a phase's handlers from the last to the first: in front means after all others.
bool add_last_handler(ngx_conf_t* cf, ngx_http_phases phase, ngx_http_handler_pt handler) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    ngx_array_t& handlers = core->phases[phase].handlers;
    if (ngx_array_push(&handlers) == nullptr) {
        return false;
    }

    auto* first = static_cast<ngx_http_handler_pt*>(handlers.elts);
    ngx_memmove(first + 1, first, (handlers.nelts - 1) * sizeof(*first));
    *first = handler;
    return true;
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    const auto& main = *static_cast<MainConf*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_headers_more_filter_module));

    if (main.uses_filter) {
        install_filter();
    }
    if (main.uses_handler && !add_last_handler(cf, NGX_HTTP_REWRITE_PHASE, rewrite_handler)) {
        return NGX_ERROR;
    }
    return NGX_OK;
}

ngx_http_module_t module_context = {
    nullptr, // preconfiguration
    postconfiguration, create_main_conf,
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    create_loc_conf,   merge_loc_conf,
};

} // namespace

} // namespace headers_more

ngx_module_t ngx_http_headers_more_filter_module = {
    NGX_MODULE_V1,
    &headers_more::module_context,
    headers_more::directives,
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
