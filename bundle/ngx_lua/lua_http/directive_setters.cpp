#include "lua_http/directive_setters.hpp"

#include "lua_http/conf.hpp"
#include "lua_process/service_directives.hpp"
#include "ngx/pool.hpp"

namespace lua::http {
bool compile_path(ngx_conf_t* cf, ngx_str_t& path, void*& value) noexcept {
    return compile_path_with<ngx_http_complex_value_t, ngx_http_compile_complex_value_t,
                             ngx_http_script_variables_count, ngx_http_compile_complex_value>(
        cf, path, value);
}

char* set_load_resty_core(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "lua_load_resty_core is deprecated (the lua-resty-core library is required "
                       "since ngx_lua v0.10.16)");
    return NGX_CONF_OK;
}

char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return process::set_code_cache(cf, cmd, static_cast<LocConf*>(conf)->code_cache, "");
}

char* set_balancer_keepalive(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    auto& serv = *static_cast<ServConf*>(conf);
    if (serv.balancer_keepalive != ngx::unset<ngx_int_t>) {
        return const_cast<char*>("is duplicate");
    }
    auto* args = static_cast<ngx_str_t*>(cf->args->elts);
    ngx_int_t n = ngx_atoi(args[1].data, args[1].len);
    if (n == NGX_ERROR || n == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid value \"%V\" in \"%V\" directive",
                           &args[1], &args[0]);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    serv.balancer_keepalive = n;
    return NGX_CONF_OK;
}

} // namespace lua::http
