#include "lua_stream/conf.hpp"

#include "ngx/pool.hpp"

namespace lua::stream {
namespace {

ngx_stream_core_srv_conf_t& core_conf(ngx_conf_t* cf) {
    return *static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module)); // merged before ours
}

net::Settings net_settings(const ServConf& conf, const ngx_stream_core_srv_conf_t& core) {
    return conf.settings(core.resolver, core.resolver_timeout, core.tcp_nodelay != 0);
}

} // namespace

void* create_main_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<MainConf>(cf->pool);
    return conf == nullptr || !conf->create(cf) ? nullptr : conf;
}

char* init_main_conf(ngx_conf_t*, void* data) noexcept {
    auto& conf = *static_cast<MainConf*>(data);
    conf.set_defaults();
    ngx::merge(conf.malloc_trim_cycle, conf.malloc_trim_cycle, 1000);
    ngx::merge(conf.preread_no_postpone, conf.preread_no_postpone, 0);
    return NGX_CONF_OK;
}

void* create_serv_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<ServConf>(cf->pool);
}

char* merge_serv_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    auto& prev = *static_cast<ServConf*>(parent);
    auto& conf = *static_cast<ServConf*>(child);

    ngx::merge(conf.preread, prev.preread);
    ngx::merge(conf.log, prev.log);
    ngx::merge(conf.code_cache, prev.code_cache, 1);
    ngx::merge(conf.check_client_abort, prev.check_client_abort, 0);
    if (!conf.merge(cf, prev)) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    conf.net = net_settings(conf, core_conf(cf));
    return NGX_CONF_OK;
}

ngx_int_t top_net_settings(ngx_conf_t* cf, net::Settings& settings) noexcept {
    ServConf top =
        *static_cast<ServConf*>(ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_lua_module));
    ngx_stream_core_srv_conf_t core = core_conf(cf);
    ngx::merge(core.resolver_timeout, core.resolver_timeout, 30000);
    if (!top.merge_with_nothing(cf)) {
        return NGX_ERROR;
    }
    settings = net_settings(top, core);
    return NGX_OK;
}

} // namespace lua::stream
