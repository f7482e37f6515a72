// The module: configuration, directives, hooks.
#include "ngx/conf.hpp"
#include "body.hpp"
#include "echo.hpp"
#include "filter.hpp"
#include "foreach.hpp"
#include "handler.hpp"
#include "ngx/pool.hpp"
#include "output.hpp"
#include "sleep.hpp"
#include "subrequest.hpp"
#include "variables.hpp"

namespace echo {

namespace {

char* failed() {
    return static_cast<char*>(NGX_CONF_ERROR);
}

bool is_option(ngx_str_t* text) {
    return text->len > 1 && text->data[0] == '-' && ngx_http_script_variables_count(text) == 0;
}

// Compiles the directive's arguments into a new command of `list`.
bool add_command(ngx_conf_t* cf, ngx_array_t*& list, CommandHandler run) {
    if (list == NGX_CONF_UNSET_PTR) {
        list = ngx_array_create(cf->pool, 4, sizeof(Command));
    }
    auto* command = list == nullptr ? nullptr : static_cast<Command*>(ngx_array_push(list));
    if (command == nullptr) {
        return false;
    }

    std::span<ngx_str_t> texts(static_cast<ngx_str_t*>(cf->args->elts) + 1, cf->args->nelts - 1);
    size_t n = 0;
    while (n < texts.size() && is_option(&texts[n]) && ngx::view(texts[n]) != "--") {
        n++;
    }

    // cf->args is used again for the next directive.
    const std::span<ngx_str_t> options = ngx::make_array<ngx_str_t>(cf->pool, n + 1);
    if (options.empty()) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        options[i] = {texts[i].len - 1, texts[i].data + 1};
    }

    texts = texts.subspan(n);
    if (!texts.empty() && ngx::view(texts[0]) == "--") {
        texts = texts.subspan(1);
    }

    const auto values = ngx::make_array<ngx_http_complex_value_t>(cf->pool, texts.size() + 1);
    if (values.empty()) {
        return false;
    }
    for (size_t i = 0; i < texts.size(); i++) {
        ngx_http_compile_complex_value_t ccv{};
        ccv.cf = cf;
        ccv.value = &texts[i];
        ccv.complex_value = &values[i];
        if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
            return false;
        }
    }

    *command = {run, options.first(n), values.first(texts.size())};
    return true;
}

template <CommandHandler Run>
char* set_handler_command(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    clcf->handler = content_handler;

    return add_command(cf, static_cast<LocConf*>(conf)->handler, Run) ? NGX_CONF_OK : failed();
}

template <ngx_array_t* LocConf::*List>
char* set_filter_command(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_echo_module))
        ->uses_filter = true;

    return add_command(cf, static_cast<LocConf*>(conf)->*List, nullptr) ? NGX_CONF_OK : failed();
}

// echo_abort_parent is accepted and does nothing.
ngx_int_t run_abort_parent(ngx_http_request_t*, Context&, const Args&) {
    return NGX_OK;
}

constexpr ngx_uint_t kWhere = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;

template <CommandHandler Run>
ngx_command_t command(const char* name, ngx_uint_t args) {
    return ngx::custom<set_handler_command<Run>>(name, kWhere | args, NGX_HTTP_LOC_CONF_OFFSET);
}

template <ngx_array_t* LocConf::*List>
ngx_command_t filter_command(const char* name) {
    return ngx::custom<set_filter_command<List>>(name, kWhere | NGX_CONF_ANY,
                                                 NGX_HTTP_LOC_CONF_OFFSET);
}

ngx_command_t directives[] = {
    command<run_echo>("echo", NGX_CONF_ANY),
    command<run_duplicate>("echo_duplicate", NGX_CONF_TAKE2),
    command<run_flush>("echo_flush", NGX_CONF_NOARGS),
    command<run_sleep>("echo_sleep", NGX_CONF_TAKE1),
    command<run_blocking_sleep>("echo_blocking_sleep", NGX_CONF_TAKE1),
    command<run_reset_timer>("echo_reset_timer", NGX_CONF_NOARGS),
    command<run_read_request_body>("echo_read_request_body", NGX_CONF_NOARGS),
    command<run_request_body>("echo_request_body", NGX_CONF_NOARGS),
    command<run_location>("echo_location", NGX_CONF_TAKE12),
    command<run_location_async>("echo_location_async", NGX_CONF_TAKE12),
    command<run_subrequest>("echo_subrequest", NGX_CONF_2MORE),
    command<run_subrequest_async>("echo_subrequest_async", NGX_CONF_2MORE),
    command<run_exec>("echo_exec", NGX_CONF_TAKE12),
    command<run_foreach_split>("echo_foreach_split", NGX_CONF_2MORE),
    command<run_end>("echo_end", NGX_CONF_NOARGS),
    command<run_abort_parent>("echo_abort_parent", NGX_CONF_NOARGS),
    filter_command<&LocConf::before_body>("echo_before_body"),
    filter_command<&LocConf::after_body>("echo_after_body"),
    ngx::number<&LocConf::status>("echo_status", kWhere, NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<MainConf>(cf->pool);
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<LocConf>(cf->pool);
    if (conf != nullptr) {
        conf->handler = conf->before_body = conf->after_body =
            static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
        conf->status = ngx::unset<ngx_int_t>;
    }
    return conf;
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    ngx::merge(conf.handler, prev.handler);
    ngx::merge(conf.before_body, prev.before_body);
    ngx::merge(conf.after_body, prev.after_body);
    ngx::merge(conf.status, prev.status, NGX_HTTP_OK);
    return NGX_CONF_OK;
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    const auto* conf =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_echo_module));
    if (conf->uses_filter) {
        install_filter();
    }
    return NGX_OK;
}

ngx_http_module_t module_context = {
    add_variables,   postconfiguration, create_main_conf,
    nullptr, // init main conf
    nullptr, // create server conf
    nullptr, // merge server conf
    create_loc_conf, merge_loc_conf,
};

} // namespace

} // namespace echo

ngx_module_t ngx_http_echo_module = {
    NGX_MODULE_V1,
    &echo::module_context,
    echo::directives,
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
