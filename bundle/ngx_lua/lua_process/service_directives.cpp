#include "lua_process/service_directives.hpp"

#include "lua_shdict/zone.hpp"

namespace lua::process {

constinit Family exit_worker_family{"exit_worker_by_lua"};

namespace {

char* set_once(ngx_conf_t* cf, ngx_str_t& member) {
    if (member.data != nullptr) {
        return const_cast<char*>("is duplicate");
    }
    member = static_cast<ngx_str_t*>(cf->args->elts)[1];
    return NGX_CONF_OK;
}

} // namespace

char* set_package_path(ngx_conf_t* cf, ngx_command_t*, Service& service) {
    return set_once(cf, service.recipe.package_path);
}

char* set_package_cpath(ngx_conf_t* cf, ngx_command_t*, Service& service) {
    return set_once(cf, service.recipe.package_cpath);
}

char* set_shared_dict(ngx_conf_t* cf, ngx_command_t* cmd, Service& service) {
    return shdict::directive(cf, cmd, service.zones);
}

char* set_code_cache(ngx_conf_t* cf, ngx_command_t* cmd, ngx_flag_t& cache, const char* prefix) {
    char* result = ngx_conf_set_flag_slot(cf, cmd, &cache);
    if (result == NGX_CONF_OK && cache == 0) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, 0,
                           "%slua_code_cache is off; this will hurt performance", prefix);
    }
    return result;
}

} // namespace lua::process
