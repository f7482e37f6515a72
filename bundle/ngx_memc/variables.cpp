#include "memc.hpp"

#include "ngx/variables.hpp"

namespace memc {

namespace {

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

constexpr ngx::Variable kFlagsAsTime[] = {
    {"memc_flags_as_http_time", get_flags_as_time, NGX_HTTP_VAR_NOCACHEABLE},
};

} // namespace

bool add_variables(ngx_conf_t* cf, MainConf& conf) {
    if (conf.has_variables) {
        return true;
    }
    conf.has_variables = true;

    conf.key = ngx::add_changeable(cf, "memc_key");
    conf.cmd = ngx::add_changeable(cf, "memc_cmd");
    conf.value = ngx::add_changeable(cf, "memc_value");
    conf.flags = ngx::add_changeable(cf, "memc_flags");
    conf.exptime = ngx::add_changeable(cf, "memc_exptime");

    return conf.key != NGX_ERROR && conf.cmd != NGX_ERROR && conf.value != NGX_ERROR &&
           conf.flags != NGX_ERROR && conf.exptime != NGX_ERROR &&
           ngx::add_variables(cf, kFlagsAsTime) == NGX_OK;
}

void set_variable(ngx_http_request_t* r, ngx_int_t index, std::string_view text) {
    ngx::set_value(&r->variables[index], text);
}

} // namespace memc
