// The module: override_method, $location and $remote_passwd.
//
// override_method runs twice, before the rewrite directives of the server and before those of the
// location. What the client sent is kept in the request's Context from the first change on.
#include "ngx/module.hpp"
#include "ngx/conf.hpp"
#include "ngx/methods.hpp"
#include "ngx/pool.hpp"
#include "ngx/variables.hpp"

extern "C" {
extern ngx_module_t ngx_coolkit_module;
}

namespace coolkit {

namespace {

struct Override {
    ngx_uint_t methods; // of the client, for which it is done; 0: for none
    ngx_http_complex_value_t source;
};

struct LocConf {
    Override* override; // null: nothing said at this level
};

struct Context {
    ngx_uint_t method;
    ngx_str_t method_name;
};

// The method that the directive gives this request; null: it stays.
const ngx::Method* new_method(ngx_http_request_t* r, Override& override, ngx_uint_t original) {
    ngx_str_t name;
    if ((override.methods & original) == 0 ||
        ngx_http_complex_value(r, &override.source, &name) != NGX_OK) {
        return nullptr;
    }
    return ngx::find_method(ngx::view(name));
}

ngx_int_t rewrite_handler(ngx_http_request_t* r) noexcept {
    const auto* conf = static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_coolkit_module));
    if (conf->override == nullptr) {
        return NGX_DECLINED;
    }

    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_coolkit_module));
    if (conf->override->methods == 0) {
        if (ctx != nullptr) {
            r->method = ctx->method;
            r->method_name = ctx->method_name;
        }
        return NGX_DECLINED;
    }

    const ngx::Method* method =
        new_method(r, *conf->override, ctx == nullptr ? r->method : ctx->method);
    if (method == nullptr) {
        return NGX_DECLINED;
    }

    if (ctx == nullptr) {
        ctx = ngx::make<Context>(r->pool, r->method, r->method_name);
        if (ctx == nullptr) {
            return NGX_ERROR;
        }
        ngx_http_set_ctx(r, ctx, ngx_coolkit_module);
    }
    r->method = method->bit;
    r->method_name = ngx::str(method->name());
    return NGX_DECLINED;
}

// override_method off, or: override_method [METHOD...] source
char* set_override(ngx_conf_t* cf, ngx_command_t*, void* data) noexcept {
    auto& conf = *static_cast<LocConf*>(data);
    if (conf.override != nullptr) {
        return ngx::conf_message("is duplicate");
    }

    const std::span<ngx_str_t> args = ngx::arguments(cf);
    ngx_str_t& source = args.back();

    conf.override = ngx::make<Override>(cf->pool);
    if (conf.override == nullptr) {
        return ngx::conf_failed();
    }
    ngx::usage<ngx_coolkit_module>(cf).is_used = true;

    if (args.size() == 2 && ngx::view(source) == "off") {
        return NGX_CONF_OK;
    }
    if (source.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "coolkit: empty source in \"%V\" directive",
                           &args[0]);
        return ngx::conf_failed();
    }

    for (const ngx_str_t& name : args.subspan(1, args.size() - 2)) {
        const ngx::Method* method = ngx::find_method(ngx::view(name));
        if (method == nullptr) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "coolkit: invalid method \"%V\" in \"%V\" directive", &name,
                               &args[0]);
            return ngx::conf_failed();
        }
        conf.override->methods |= method->bit;
    }
    if (conf.override->methods == 0) {
        conf.override->methods = ~ngx_uint_t{0};
    }
    return ngx::compile(cf, source, conf.override->source) ? NGX_CONF_OK : ngx::conf_failed();
}

ngx_command_t directives[] = {
    ngx::custom<set_override>("override_method",
                              NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF |
                                  NGX_CONF_1MORE,
                              NGX_HTTP_LOC_CONF_OFFSET),
    ngx::end_of_commands,
};

using Value = ngx_http_variable_value_t;

ngx_int_t get_remote_passwd(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const ngx_int_t rc = ngx_http_auth_basic_user(r);
    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }
    return rc == NGX_OK ? ngx::set_value(v, ngx::view(r->headers_in.passwd))
                        : ngx::set_not_found(v);
}

// Of a location that is a pattern, the part of the URI that it matches.
ngx_int_t get_location(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));
#if (NGX_PCRE)
    if (clcf->regex != nullptr) {
        int captures[3];
        if (ngx_regex_exec(clcf->regex->regex, &r->uri, captures, 3) < 0) {
            return ngx::set_not_found(v);
        }
        const auto first = static_cast<size_t>(captures[0]);
        const auto last = static_cast<size_t>(captures[1]);
        return ngx::set_value(v, ngx::view(r->uri).substr(first, last - first));
    }
#endif
    return ngx::set_value(v, ngx::view(clcf->name));
}

constexpr ngx::Variable kVariables[] = {
    {"remote_passwd", get_remote_passwd, NGX_HTTP_VAR_NOCACHEABLE},
    {"location", get_location, NGX_HTTP_VAR_NOCACHEABLE},
};

ngx_int_t preconfiguration(ngx_conf_t* cf) noexcept {
    return ngx::add_variables(cf, kVariables);
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    if (!ngx::usage<ngx_coolkit_module>(cf).is_used) {
        return NGX_OK;
    }
    const ngx_int_t rc = ngx::add_phase_handler(cf, NGX_HTTP_SERVER_REWRITE_PHASE, rewrite_handler);
    return rc == NGX_OK ? ngx::add_phase_handler(cf, NGX_HTTP_REWRITE_PHASE, rewrite_handler) : rc;
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<LocConf>(cf->pool);
}

char* merge_loc_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    ngx::merge(static_cast<LocConf*>(child)->override, static_cast<LocConf*>(parent)->override);
    return NGX_CONF_OK;
}

ngx_http_module_t context = {
    .preconfiguration = preconfiguration,
    .postconfiguration = postconfiguration,
    .create_main_conf = ngx::create_usage,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

} // namespace

} // namespace coolkit

extern "C" {
ngx_module_t ngx_coolkit_module = ngx::http_module(coolkit::context, coolkit::directives);
}
