#include "memc.hpp"

#include "ngx/variables.hpp"

namespace memc {

namespace {

ngx_int_t get_unset(ngx_http_request_t*, ngx_http_variable_value_t* v, uintptr_t) noexcept {
    return ngx::set_not_found(v);
}

ngx_int_t get_flags_as_time(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                            uintptr_t) noexcept {
    const ngx_http_variable_value_t* flags = variable(r, main_conf(r).flags);
    if (flags == nullptr || flags->not_found || flags->len == 0) {
        return ngx::set_not_found(v);
    }

    const time_t time = ngx_atotm(flags->data, flags->len);
    if (time == NGX_ERROR) {
        return NGX_ERROR;
    }

    auto* text =
        static_cast<u_char*>(ngx_pnalloc(r->pool, sizeof("Mon, 28 Sep 1970 06:00:00 GMT")));
    if (text == nullptr) {
        return NGX_ERROR;
    }
    return ngx::set_value(v, ngx::view(text, ngx_http_time(text, time)));
}

ngx_http_variable_t* add(ngx_conf_t* cf, const char* name, ngx_uint_t flags,
                         ngx_http_get_variable_pt get) {
    ngx_str_t text = ngx::str(name);
    ngx_http_variable_t* v = ngx_http_add_variable(cf, &text, flags);
    if (v != nullptr) {
        v->get_handler = get; // also instead of `set`'s, which warns of values that are not set
    }
    return v;
}

ngx_int_t add_indexed(ngx_conf_t* cf, const char* name) {
    if (add(cf, name, NGX_HTTP_VAR_CHANGEABLE, get_unset) == nullptr) {
        return NGX_ERROR;
    }
    ngx_str_t text = ngx::str(name);
    return ngx_http_get_variable_index(cf, &text);
}

} // namespace

bool add_variables(ngx_conf_t* cf, MainConf& conf) {
    if (conf.has_variables) {
        return true;
    }
    conf.has_variables = true;

    conf.key = add_indexed(cf, "memc_key");
    conf.cmd = add_indexed(cf, "memc_cmd");
    conf.value = add_indexed(cf, "memc_value");
    conf.flags = add_indexed(cf, "memc_flags");
    conf.exptime = add_indexed(cf, "memc_exptime");

    return conf.key != NGX_ERROR && conf.cmd != NGX_ERROR && conf.value != NGX_ERROR &&
           conf.flags != NGX_ERROR && conf.exptime != NGX_ERROR &&
           add(cf, "memc_flags_as_http_time", NGX_HTTP_VAR_NOCACHEABLE, get_flags_as_time) !=
               nullptr;
}

void set_variable(ngx_http_request_t* r, ngx_int_t index, std::string_view text) {
    ngx::set_value(&r->variables[index], text);
}

} // namespace memc
