#include "lua_http/directive_setters.hpp"

#include "lua_http/conf.hpp"
#include "lua_process/errlog.hpp"
#include "lua_shdict/zone.hpp"
#include "ngx/pool.hpp"

namespace lua::http {
namespace {

char* set_path(ngx_conf_t* cf, ngx_str_t& member) {
    if (member.data != nullptr) {
        return const_cast<char*>("is duplicate");
    }
    member = static_cast<ngx_str_t*>(cf->args->elts)[1];
    return NGX_CONF_OK;
}

char* check_lowat(ngx_conf_t* cf, [[maybe_unused]] void* post, void* data) noexcept {
#if (NGX_FREEBSD)
    auto* size = static_cast<size_t*>(data);
    if (static_cast<ssize_t>(*size) >= ngx_freebsd_net_inet_tcp_sendspace) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"lua_send_lowat\" must be less than %d "
                           "(sysctl net.inet.tcp.sendspace)",
                           ngx_freebsd_net_inet_tcp_sendspace);
        return static_cast<char*>(NGX_CONF_ERROR);
    }
#elif !(NGX_HAVE_SO_SNDLOWAT)
    ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "\"lua_send_lowat\" is not supported, ignored");
    *static_cast<size_t*>(data) = 0;
#else
    static_cast<void>(cf);
    static_cast<void>(data);
#endif
    return NGX_CONF_OK;
}

} // namespace

ngx_conf_post_t check_send_lowat = {check_lowat};

char* set_load_resty_core(ngx_conf_t* cf, ngx_command_t*, void*) noexcept {
    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "lua_load_resty_core is deprecated (the lua-resty-core library is required "
                       "since ngx_lua v0.10.16)");
    return NGX_CONF_OK;
}

char* set_package_path(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return set_path(cf, static_cast<MainConf*>(conf)->recipe.package_path);
}

char* set_package_cpath(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return set_path(cf, static_cast<MainConf*>(conf)->recipe.package_cpath);
}

char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    auto& cache = static_cast<LocConf*>(conf)->code_cache;
    char* result = ngx_conf_set_flag_slot(cf, cmd, &cache);
    if (result == NGX_CONF_OK && cache == 0) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, 0,
                           "lua_code_cache is off; this will hurt performance");
    }
    return result;
}

char* set_capture_error_log(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return errlog::directive(cf, cmd, conf);
}

char* set_shared_dict(ngx_conf_t* cf, ngx_command_t* cmd, void* conf) noexcept {
    return shdict::directive(cf, cmd, static_cast<MainConf*>(conf)->zones);
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

#if (NGX_HTTP_SSL)
ngx_conf_bitmask_t ssl_protocols[] = {
    {ngx_string("SSLv2"), NGX_SSL_SSLv2},
    {ngx_string("SSLv3"), NGX_SSL_SSLv3},
    {ngx_string("TLSv1"), NGX_SSL_TLSv1},
    {ngx_string("TLSv1.1"), NGX_SSL_TLSv1_1},
    {ngx_string("TLSv1.2"), NGX_SSL_TLSv1_2},
    {ngx_string("TLSv1.3"), NGX_SSL_TLSv1_3},
    {ngx_null_string, 0},
};
#endif

} // namespace lua::http
