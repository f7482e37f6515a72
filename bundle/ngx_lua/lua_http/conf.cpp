#include "lua_http/conf.hpp"

#include "lua_shdict/zone.hpp"
#include "lua_ssl/client_context.hpp"
#include "ngx/pool.hpp"

namespace lua::http {

void* create_main_conf(ngx_conf_t* cf) noexcept {
    auto* conf = ngx::make<MainConf>(cf->pool);
    if (conf == nullptr) {
        return nullptr;
    }
    conf->cycle = cf->cycle;
    conf->zones = ngx::make<shdict::Zones>(cf->pool);
    return conf->zones == nullptr ? nullptr : conf;
}

char* init_main_conf(ngx_conf_t*, void* data) noexcept {
    auto& conf = *static_cast<MainConf*>(data);
    auto fallback = [](auto& member, auto value) { ngx::merge(member, member, value); };

    if (conf.thread_cache_max_entries < 0) {
        conf.thread_cache_max_entries = 1024;
    }
    fallback(conf.regex_cache_max_entries, 1024);
    fallback(conf.regex_match_limit, 0);
    fallback(conf.max_pending_timers, 1024);
    fallback(conf.max_running_timers, 256);
    fallback(conf.worker_thread_vm_pool_size, 10);
    fallback(conf.sa_restart, 1);
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

void merge_sockets(LocConf& conf, const LocConf& prev) {
    ngx::merge(conf.socket_log_errors, prev.socket_log_errors, 1);
    ngx::merge(conf.socket_connect_timeout, prev.socket_connect_timeout, 60000);
    ngx::merge(conf.socket_send_timeout, prev.socket_send_timeout, 60000);
    ngx::merge(conf.socket_read_timeout, prev.socket_read_timeout, 60000);
    ngx::merge(conf.socket_keepalive_timeout, prev.socket_keepalive_timeout, 60000);
    ngx::merge(conf.socket_send_lowat, prev.socket_send_lowat, 0);
    ngx::merge(conf.socket_buffer_size, prev.socket_buffer_size, ngx_pagesize);
    ngx::merge(conf.socket_pool_size, prev.socket_pool_size, 30);
}

ngx_http_core_loc_conf_t& core_conf(ngx_conf_t* cf) {
    return *static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module)); // merged before ours
}

// What the merged settings are for sockets.
net::Settings net_settings(const LocConf& conf, const ngx_http_core_loc_conf_t& core) {
    return {
        .connect_timeout = conf.socket_connect_timeout,
        .send_timeout = conf.socket_send_timeout,
        .read_timeout = conf.socket_read_timeout,
        .keepalive_timeout = conf.socket_keepalive_timeout,
        .resolver_timeout = core.resolver_timeout,
        .send_lowat = conf.socket_send_lowat,
        .buffer_size = conf.socket_buffer_size,
        .pool_size = conf.socket_pool_size,
        .resolver = core.resolver,
        .tls = conf.tls,
        .log_errors = conf.socket_log_errors != 0,
        .tcp_nodelay = core.tcp_nodelay != 0,
    };
}

#if (NGX_HTTP_SSL)
void merge_tls(LocConf& conf, const LocConf& prev) {
    ngx_conf_merge_bitmask_value(conf.ssl_protocols, prev.ssl_protocols,
                                 (NGX_CONF_BITMASK_SET | NGX_SSL_TLSv1 | NGX_SSL_TLSv1_1 |
                                  NGX_SSL_TLSv1_2 | NGX_SSL_TLSv1_3));
    ngx::merge(conf.ssl_ciphers, prev.ssl_ciphers, "DEFAULT");
    ngx::merge(conf.ssl_verify_depth, prev.ssl_verify_depth, 1);
    ngx::merge(conf.ssl_certificates, prev.ssl_certificates);
    ngx::merge(conf.ssl_certificate_keys, prev.ssl_certificate_keys);
    ngx::merge(conf.ssl_trusted_certificate, prev.ssl_trusted_certificate, "");
    ngx::merge(conf.ssl_crl, prev.ssl_crl, "");
    ngx::merge(conf.ssl_key_log, prev.ssl_key_log, "");
    ngx::merge(conf.ssl_conf_commands, prev.ssl_conf_commands);
    ngx::merge(conf.upstream_skip_openssl_default_verify, prev.upstream_skip_openssl_default_verify,
               0);
}

bool has_tls_settings(const LocConf& conf) {
    const auto* unset_array = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    return conf.ssl_protocols != 0 || conf.ssl_ciphers.data != nullptr ||
           conf.ssl_verify_depth != ngx::unset<ngx_int_t> || conf.ssl_certificates != unset_array ||
           conf.ssl_certificate_keys != unset_array ||
           conf.ssl_trusted_certificate.data != nullptr || conf.ssl_crl.data != nullptr ||
           conf.ssl_key_log.data != nullptr || conf.ssl_conf_commands != unset_array;
}

// The context of merged settings.
ngx_ssl_t* tls_context(ngx_conf_t* cf, const LocConf& conf) {
    ssl::ClientOptions options{
        .protocols = conf.ssl_protocols,
        .ciphers = conf.ssl_ciphers,
        .verify_depth = conf.ssl_verify_depth,
        .certificates = conf.ssl_certificates,
        .certificate_keys = conf.ssl_certificate_keys,
        .trusted_certificate = conf.ssl_trusted_certificate,
        .crl = conf.ssl_crl,
        .key_log = conf.ssl_key_log,
        .conf_commands = conf.ssl_conf_commands,
    };
    return ssl::make_client_context(cf, options);
}

// Gives conf a context: prev's own where conf sets nothing. The http{} level is merged into
// nothing, so it gets its context when the first server without settings asks for it.
bool share_or_make_tls_context(ngx_conf_t* cf, LocConf& conf, LocConf& prev, bool own_settings) {
    if (own_settings) {
        conf.tls = tls_context(cf, conf);
        return conf.tls != nullptr;
    }
    if (prev.tls == nullptr) {
        prev.tls = tls_context(cf, conf); // as merged into conf, which adds nothing
    }
    conf.tls = prev.tls;
    return conf.tls != nullptr;
}
#endif

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
    merge_sockets(conf, prev);
#if (NGX_HTTP_SSL)
    bool own_settings = has_tls_settings(conf);
    merge_tls(conf, prev);
    if (!share_or_make_tls_context(cf, conf, prev, own_settings)) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
#endif
    conf.net = net_settings(conf, core_conf(cf));
    return NGX_CONF_OK;
}

ngx_int_t top_net_settings(ngx_conf_t* cf, net::Settings& settings) noexcept {
    LocConf top =
        *static_cast<LocConf*>(ngx_http_conf_get_module_loc_conf(cf, ngx_http_lua_module));
    ngx_http_core_loc_conf_t core = core_conf(cf);

    merge_sockets(top, LocConf{});
    ngx::merge(core.resolver_timeout, core.resolver_timeout, 30000);
#if (NGX_HTTP_SSL)
    if (top.tls == nullptr) {
        merge_tls(top, LocConf{});
        top.tls = tls_context(cf, top);
        if (top.tls == nullptr) {
            return NGX_ERROR;
        }
    }
#endif
    settings = net_settings(top, core);
    return NGX_OK;
}

} // namespace lua::http
