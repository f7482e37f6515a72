#include "lua_http/conf.hpp"

#include "lua_http/proxy_tls.hpp"
#include "ngx/pool.hpp"

namespace lua::http {

net::CoreSettings core_settings(ngx_conf_t* cf) {
    return net::CoreSettings{static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module))}; // merged before ours
}

void* create_main_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<MainConf>(cf->pool);
    return conf == nullptr || !conf->create(cf) ? nullptr : conf;
}

char* init_main_conf(ngx_conf_t*, void* data) noexcept {
    auto& conf = *static_cast<MainConf*>(data);
    auto fallback = [](auto& member, auto value) { ngx::merge(member, member, value); };

    conf.set_defaults();
    fallback(conf.worker_thread_vm_pool_size, 10);
    conf.recipe.thread_vms = conf.worker_thread_vm_pool_size;
    fallback(conf.rewrite_no_postpone, 0);
    fallback(conf.access_no_postpone, 0);
    fallback(conf.precontent_no_postpone, 0);
    return NGX_CONF_OK;
}

void* create_serv_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<ServConf>(cf->pool);
}

char* merge_serv_conf(ngx_conf_t*, void* parent, void* child) noexcept {
    auto& prev = *static_cast<ServConf*>(parent);
    auto& conf = *static_cast<ServConf*>(child);

    ngx::merge(conf.server_rewrite, prev.server_rewrite);
    ngx::merge(conf.ssl_client_hello, prev.ssl_client_hello);
    ngx::merge(conf.ssl_certificate, prev.ssl_certificate);
    return NGX_CONF_OK;
}

void* create_loc_conf(ngx_conf_t* cf) noexcept {
    return ngx::make<LocConf>(cf->pool);
}

namespace {

void merge_handlers(LocConf& conf, const LocConf& prev) {
    ngx::merge(conf.rewrite, prev.rewrite);
    ngx::merge(conf.access, prev.access);
    ngx::merge(conf.precontent, prev.precontent);
    ngx::merge(conf.content, prev.content);
    ngx::merge(conf.header_filter, prev.header_filter);
    ngx::merge(conf.body_filter, prev.body_filter);
    ngx::merge(conf.log, prev.log);
    ngx::merge(conf.proxy_ssl_certificate, prev.proxy_ssl_certificate);
    ngx::merge(conf.proxy_ssl_verify, prev.proxy_ssl_verify);
}

} // namespace

char* merge_loc_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    auto& prev = *static_cast<LocConf*>(parent);
    auto& conf = *static_cast<LocConf*>(child);

    merge_handlers(conf, prev);
    ngx::merge(conf.code_cache, prev.code_cache, 1);
    ngx::merge(conf.use_default_type, prev.use_default_type, 1);
    ngx::merge(conf.need_request_body, prev.need_request_body, 0);
    ngx::merge(conf.transform_underscores, prev.transform_underscores, 1);
    ngx::merge(conf.http10_buffering, prev.http10_buffering, 1);
    ngx::merge(conf.check_client_abort, prev.check_client_abort, 0);
#if (NGX_HTTP_SSL)
    ngx::merge(conf.upstream_skip_openssl_default_verify, prev.upstream_skip_openssl_default_verify,
               0);
#endif
    bool ok =
        conf.merge(cf, prev, core_settings(cf)) && install_proxy_tls_hooks(cf, conf) == NGX_OK;
    return ok ? NGX_CONF_OK : static_cast<char*>(NGX_CONF_ERROR);
}

} // namespace lua::http
