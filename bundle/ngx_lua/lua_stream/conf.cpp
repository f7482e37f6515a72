#include "lua_stream/conf.hpp"

#include "ngx/pool.hpp"

namespace lua::stream {

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
    ngx::merge(conf.ssl_client_hello, prev.ssl_client_hello);
    ngx::merge(conf.ssl_certificate, prev.ssl_certificate);
    ngx::merge(conf.code_cache, prev.code_cache, 1);
    ngx::merge(conf.check_client_abort, prev.check_client_abort, 0);
    return conf.merge(cf, prev, core_settings(cf)) ? NGX_CONF_OK
                                                   : static_cast<char*>(NGX_CONF_ERROR);
}

ServConf& serv_conf(ngx_stream_session_t* s) noexcept {
    return *static_cast<ServConf*>(ngx_stream_get_module_srv_conf(s, ngx_stream_lua_module));
}

MainConf& main_conf(ngx_stream_session_t* s) noexcept {
    return *static_cast<MainConf*>(ngx_stream_get_module_main_conf(s, ngx_stream_lua_module));
}

net::CoreSettings core_settings(ngx_conf_t* cf) {
    return net::CoreSettings{static_cast<ngx_stream_core_srv_conf_t*>(
        ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module))}; // merged before ours
}

} // namespace lua::stream
