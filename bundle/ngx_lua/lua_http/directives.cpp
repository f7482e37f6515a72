// The table of the http binding's directives.
#include "lua_engine/handler_directives.hpp"
#include "lua_http/conf.hpp"
#include "lua_http/directive_setters.hpp"
#include "lua_http/phases.hpp"
#include "lua_process/service_directives.hpp"

namespace lua::http {
namespace {

constexpr ngx_uint_t kMain = NGX_HTTP_MAIN_CONF;
constexpr ngx_uint_t kServer = NGX_HTTP_SRV_CONF;
constexpr ngx_uint_t kLocation = NGX_HTTP_LOC_CONF | NGX_HTTP_LIF_CONF;
constexpr ngx_uint_t kAnywhere = kMain | kServer | kLocation;
constexpr ngx_uint_t kNotInIf = kMain | kServer | NGX_HTTP_LOC_CONF;

constexpr ngx_uint_t main_level = NGX_HTTP_MAIN_CONF_OFFSET;
constexpr ngx_uint_t srv_level = NGX_HTTP_SRV_CONF_OFFSET;
constexpr ngx_uint_t loc_level = NGX_HTTP_LOC_CONF_OFFSET;

template <bool MainConf::*used>
void note(ngx_conf_t* cf) {
    static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_lua_module))->*used =
        true;
}

void on_content(ngx_conf_t* cf) {
    note<&MainConf::uses_content>(cf);
    install_content_handler(cf);
}

template <bool MainConf::*used>
constexpr Family request_family(const char* tag) {
    return {tag, note<used>, compile_path};
}

constinit Family server_rewrite_family =
    request_family<&MainConf::uses_server_rewrite>("server_rewrite_by_lua");
constinit Family rewrite_family = request_family<&MainConf::uses_rewrite>("rewrite_by_lua");
constinit Family access_family = request_family<&MainConf::uses_access>("access_by_lua");
constinit Family precontent_family =
    request_family<&MainConf::uses_precontent>("precontent_by_lua");
constinit Family content_family{"content_by_lua", on_content, compile_path};
constinit Family header_filter_family =
    request_family<&MainConf::uses_header_filter>("header_filter_by_lua");
constinit Family body_filter_family =
    request_family<&MainConf::uses_body_filter>("body_filter_by_lua");
constinit Family log_family = request_family<&MainConf::uses_log>("log_by_lua");
constinit Family balancer_family{"balancer_by_lua", install_balancer};
constinit Family client_hello_family{"ssl_client_hello_by_lua"};
constinit Family certificate_family{"ssl_certificate_by_lua"};
constinit Family session_fetch_family{"ssl_session_fetch_by_lua"};
constinit Family session_store_family{"ssl_session_store_by_lua"};
constinit Family proxy_certificate_family{"proxy_ssl_certificate_by_lua"};
constinit Family proxy_verify_family{"proxy_ssl_verify_by_lua"};

auto own_rows() {
    return std::array {
        // VM and code
        ngx::custom<set_load_resty_core>("lua_load_resty_core", kMain | NGX_CONF_FLAG, main_level),
            ngx::custom<set_code_cache>("lua_code_cache", kAnywhere | NGX_CONF_FLAG, loc_level),
            ngx::number<&MainConf::thread_cache_max_entries>("lua_thread_cache_max_entries", kMain,
                                                             main_level),
            ngx::number<&MainConf::worker_thread_vm_pool_size>("lua_worker_thread_vm_pool_size",
                                                               kMain, main_level),

            // handlers of the process
            block_form<&MainConf::exit_worker>("exit_worker_by_lua_block", kMain, main_level,
                                               process::exit_worker_family),
            file_form<&MainConf::exit_worker>("exit_worker_by_lua_file", kMain, main_level,
                                              process::exit_worker_family),

            // handlers of a request's phases
            ngx::custom<set_by_lua>(
                "set_by_lua", kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_2MORE, loc_level),
            ngx::custom<set_by_lua_block>("set_by_lua_block",
                                          kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_TAKE1 |
                                              NGX_CONF_BLOCK,
                                          loc_level),
            ngx::custom<set_by_lua_file>("set_by_lua_file",
                                         kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_2MORE,
                                         loc_level),
            block_form<&ServConf::server_rewrite>("server_rewrite_by_lua_block", kMain | kServer,
                                                  srv_level, server_rewrite_family),
            file_form<&ServConf::server_rewrite>("server_rewrite_by_lua_file", kMain | kServer,
                                                 srv_level, server_rewrite_family),
            string_form<&LocConf::rewrite>("rewrite_by_lua", kAnywhere, loc_level, rewrite_family),
            block_form<&LocConf::rewrite>("rewrite_by_lua_block", kAnywhere, loc_level,
                                          rewrite_family),
            file_form<&LocConf::rewrite>("rewrite_by_lua_file", kAnywhere, loc_level,
                                         rewrite_family),
            ngx::flag<&MainConf::rewrite_no_postpone>("rewrite_by_lua_no_postpone", kMain,
                                                      main_level),
            string_form<&LocConf::access>("access_by_lua", kAnywhere, loc_level, access_family),
            block_form<&LocConf::access>("access_by_lua_block", kAnywhere, loc_level,
                                         access_family),
            file_form<&LocConf::access>("access_by_lua_file", kAnywhere, loc_level, access_family),
            ngx::flag<&MainConf::access_no_postpone>("access_by_lua_no_postpone", kMain,
                                                     main_level),
            block_form<&LocConf::precontent>("precontent_by_lua_block", kAnywhere, loc_level,
                                             precontent_family),
            file_form<&LocConf::precontent>("precontent_by_lua_file", kAnywhere, loc_level,
                                            precontent_family),
            ngx::flag<&MainConf::precontent_no_postpone>("precontent_by_lua_no_postpone", kMain,
                                                         main_level),
            string_form<&LocConf::content>("content_by_lua", kLocation, loc_level, content_family),
            block_form<&LocConf::content>("content_by_lua_block", kLocation, loc_level,
                                          content_family),
            file_form<&LocConf::content>("content_by_lua_file", kLocation, loc_level,
                                         content_family),
            string_form<&LocConf::header_filter>("header_filter_by_lua", kAnywhere, loc_level,
                                                 header_filter_family),
            block_form<&LocConf::header_filter>("header_filter_by_lua_block", kAnywhere, loc_level,
                                                header_filter_family),
            file_form<&LocConf::header_filter>("header_filter_by_lua_file", kAnywhere, loc_level,
                                               header_filter_family),
            string_form<&LocConf::body_filter>("body_filter_by_lua", kAnywhere, loc_level,
                                               body_filter_family),
            block_form<&LocConf::body_filter>("body_filter_by_lua_block", kAnywhere, loc_level,
                                              body_filter_family),
            file_form<&LocConf::body_filter>("body_filter_by_lua_file", kAnywhere, loc_level,
                                             body_filter_family),
            string_form<&LocConf::log>("log_by_lua", kAnywhere, loc_level, log_family),
            block_form<&LocConf::log>("log_by_lua_block", kAnywhere, loc_level, log_family),
            file_form<&LocConf::log>("log_by_lua_file", kAnywhere, loc_level, log_family),

            // upstreams
            block_form<&ServConf::balancer>("balancer_by_lua_block", NGX_HTTP_UPS_CONF, srv_level,
                                            balancer_family),
            file_form<&ServConf::balancer>("balancer_by_lua_file", NGX_HTTP_UPS_CONF, srv_level,
                                           balancer_family),
            ngx::custom<set_balancer_keepalive>("balancer_keepalive",
                                                NGX_HTTP_UPS_CONF | NGX_CONF_TAKE1, srv_level),

            // requests and responses
            ngx::flag<&LocConf::use_default_type>("lua_use_default_type", kAnywhere, loc_level),
            ngx::flag<&LocConf::need_request_body>("lua_need_request_body", kAnywhere, loc_level),
            ngx::flag<&LocConf::transform_underscores>(
                "lua_transform_underscores_in_response_headers", kAnywhere, loc_level),
            ngx::flag<&LocConf::http10_buffering>("lua_http10_buffering", kAnywhere, loc_level),
            ngx::flag<&LocConf::check_client_abort>("lua_check_client_abort", kAnywhere, loc_level),

#if (NGX_HTTP_SSL)
            block_form<&ServConf::ssl_client_hello>(
                "ssl_client_hello_by_lua_block", kMain | kServer, srv_level, client_hello_family),
            file_form<&ServConf::ssl_client_hello>("ssl_client_hello_by_lua_file", kMain | kServer,
                                                   srv_level, client_hello_family),
            block_form<&ServConf::ssl_certificate>("ssl_certificate_by_lua_block", kMain | kServer,
                                                   srv_level, certificate_family),
            file_form<&ServConf::ssl_certificate>("ssl_certificate_by_lua_file", kMain | kServer,
                                                  srv_level, certificate_family),
            block_form<&MainConf::ssl_session_store>("ssl_session_store_by_lua_block", kMain,
                                                     main_level, session_store_family),
            file_form<&MainConf::ssl_session_store>("ssl_session_store_by_lua_file", kMain,
                                                    main_level, session_store_family),
            block_form<&MainConf::ssl_session_fetch>("ssl_session_fetch_by_lua_block", kMain,
                                                     main_level, session_fetch_family),
            file_form<&MainConf::ssl_session_fetch>("ssl_session_fetch_by_lua_file", kMain,
                                                    main_level, session_fetch_family),
            block_form<&LocConf::proxy_ssl_certificate>("proxy_ssl_certificate_by_lua_block",
                                                        kLocation, loc_level,
                                                        proxy_certificate_family),
            file_form<&LocConf::proxy_ssl_certificate>("proxy_ssl_certificate_by_lua_file",
                                                       kLocation, loc_level,
                                                       proxy_certificate_family),
            block_form<&LocConf::proxy_ssl_verify>("proxy_ssl_verify_by_lua_block", kLocation,
                                                   loc_level, proxy_verify_family),
            file_form<&LocConf::proxy_ssl_verify>("proxy_ssl_verify_by_lua_file", kLocation,
                                                  loc_level, proxy_verify_family),
            ngx::flag<&LocConf::upstream_skip_openssl_default_verify>(
                "lua_upstream_skip_openssl_default_verify", kLocation, loc_level),
#endif
    };
}

} // namespace

ngx_command_t* commands() noexcept {
    static auto all = ngx::table(process::service_rows<MainConf, true>(kMain, main_level),
                                 own_rows(), net::socket_rows<LocConf>(kAnywhere, loc_level)
#if (NGX_HTTP_SSL)
                                                 ,
                                 net::tls_rows<LocConf>(kNotInIf, loc_level)
#endif
    );
    return all.data();
}

} // namespace lua::http
