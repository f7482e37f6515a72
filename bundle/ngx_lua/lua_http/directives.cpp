// The table of the http binding's directives.
#include "lua_http/conf.hpp"
#include "lua_http/directive_setters.hpp"
#include "lua_http/handler_directives.hpp"
#include "lua_http/phases.hpp"

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

Family init_family{"init_by_lua", nullptr, false};
Family init_worker_family{"init_worker_by_lua", nullptr, false};
Family exit_worker_family{"exit_worker_by_lua", nullptr, false};
Family server_rewrite_family{"server_rewrite_by_lua", &MainConf::uses_server_rewrite};
Family rewrite_family{"rewrite_by_lua", &MainConf::uses_rewrite};
Family access_family{"access_by_lua", &MainConf::uses_access};
Family precontent_family{"precontent_by_lua", &MainConf::uses_precontent};
Family content_family{"content_by_lua", &MainConf::uses_content, true, install_content_handler};
Family header_filter_family{"header_filter_by_lua", &MainConf::uses_header_filter};
Family body_filter_family{"body_filter_by_lua", &MainConf::uses_body_filter};
Family log_family{"log_by_lua", &MainConf::uses_log};
Family balancer_family{"balancer_by_lua", nullptr, false};
Family client_hello_family{"ssl_client_hello_by_lua", nullptr, false};
Family certificate_family{"ssl_certificate_by_lua", nullptr, false};
Family session_fetch_family{"ssl_session_fetch_by_lua", nullptr, false};
Family session_store_family{"ssl_session_store_by_lua", nullptr, false};
Family proxy_certificate_family{"proxy_ssl_certificate_by_lua", nullptr, false};
Family proxy_verify_family{"proxy_ssl_verify_by_lua", nullptr, false};

} // namespace

ngx_command_t commands[] = {
    // VM and code
    ngx::custom<set_load_resty_core>("lua_load_resty_core", kMain | NGX_CONF_FLAG, main_level),
    ngx::custom<set_package_path>("lua_package_path", kMain | NGX_CONF_TAKE1, main_level),
    ngx::custom<set_package_cpath>("lua_package_cpath", kMain | NGX_CONF_TAKE1, main_level),
    ngx::custom<set_code_cache>("lua_code_cache", kAnywhere | NGX_CONF_FLAG, loc_level),
    ngx::number<&MainConf::thread_cache_max_entries>("lua_thread_cache_max_entries", kMain,
                                                     main_level),
    ngx::number<&MainConf::malloc_trim_cycle>("lua_malloc_trim", kMain, main_level),
    ngx::number<&MainConf::worker_thread_vm_pool_size>("lua_worker_thread_vm_pool_size", kMain,
                                                       main_level),
    ngx::flag<&MainConf::sa_restart>("lua_sa_restart", kMain, main_level),
    ngx::custom<set_capture_error_log>("lua_capture_error_log", kMain | NGX_CONF_TAKE1, main_level),
    ngx::custom<set_shared_dict>("lua_shared_dict", kMain | NGX_CONF_TAKE2, main_level),
    ngx::number<&MainConf::regex_cache_max_entries>("lua_regex_cache_max_entries", kMain,
                                                    main_level),
    ngx::number<&MainConf::regex_match_limit>("lua_regex_match_limit", kMain, main_level),
    ngx::number<&MainConf::max_pending_timers>("lua_max_pending_timers", kMain, main_level),
    ngx::number<&MainConf::max_running_timers>("lua_max_running_timers", kMain, main_level),

    // handlers of the process
    string_form<&MainConf::init>("init_by_lua", kMain, main_level, init_family),
    block_form<&MainConf::init>("init_by_lua_block", kMain, main_level, init_family),
    file_form<&MainConf::init>("init_by_lua_file", kMain, main_level, init_family),
    string_form<&MainConf::init_worker>("init_worker_by_lua", kMain, main_level,
                                        init_worker_family),
    block_form<&MainConf::init_worker>("init_worker_by_lua_block", kMain, main_level,
                                       init_worker_family),
    file_form<&MainConf::init_worker>("init_worker_by_lua_file", kMain, main_level,
                                      init_worker_family),
    block_form<&MainConf::exit_worker>("exit_worker_by_lua_block", kMain, main_level,
                                       exit_worker_family),
    file_form<&MainConf::exit_worker>("exit_worker_by_lua_file", kMain, main_level,
                                      exit_worker_family),

    // handlers of a request's phases
    ngx::custom<set_by_lua>("set_by_lua", kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_2MORE,
                            loc_level),
    ngx::custom<set_by_lua_block>(
        "set_by_lua_block",
        kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_TAKE1 | NGX_CONF_BLOCK, loc_level),
    ngx::custom<set_by_lua_file>(
        "set_by_lua_file", kServer | NGX_HTTP_SIF_CONF | kLocation | NGX_CONF_2MORE, loc_level),
    block_form<&ServConf::server_rewrite>("server_rewrite_by_lua_block", kMain | kServer, srv_level,
                                          server_rewrite_family),
    file_form<&ServConf::server_rewrite>("server_rewrite_by_lua_file", kMain | kServer, srv_level,
                                         server_rewrite_family),
    string_form<&LocConf::rewrite>("rewrite_by_lua", kAnywhere, loc_level, rewrite_family),
    block_form<&LocConf::rewrite>("rewrite_by_lua_block", kAnywhere, loc_level, rewrite_family),
    file_form<&LocConf::rewrite>("rewrite_by_lua_file", kAnywhere, loc_level, rewrite_family),
    ngx::flag<&MainConf::rewrite_no_postpone>("rewrite_by_lua_no_postpone", kMain, main_level),
    string_form<&LocConf::access>("access_by_lua", kAnywhere, loc_level, access_family),
    block_form<&LocConf::access>("access_by_lua_block", kAnywhere, loc_level, access_family),
    file_form<&LocConf::access>("access_by_lua_file", kAnywhere, loc_level, access_family),
    ngx::flag<&MainConf::access_no_postpone>("access_by_lua_no_postpone", kMain, main_level),
    block_form<&LocConf::precontent>("precontent_by_lua_block", kAnywhere, loc_level,
                                     precontent_family),
    file_form<&LocConf::precontent>("precontent_by_lua_file", kAnywhere, loc_level,
                                    precontent_family),
    ngx::flag<&MainConf::precontent_no_postpone>("precontent_by_lua_no_postpone", kMain,
                                                 main_level),
    string_form<&LocConf::content>("content_by_lua", kLocation, loc_level, content_family),
    block_form<&LocConf::content>("content_by_lua_block", kLocation, loc_level, content_family),
    file_form<&LocConf::content>("content_by_lua_file", kLocation, loc_level, content_family),
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
    ngx::custom<set_balancer_keepalive>("balancer_keepalive", NGX_HTTP_UPS_CONF | NGX_CONF_TAKE1,
                                        srv_level),

    // requests and responses
    ngx::flag<&LocConf::use_default_type>("lua_use_default_type", kAnywhere, loc_level),
    ngx::flag<&LocConf::need_request_body>("lua_need_request_body", kAnywhere, loc_level),
    ngx::flag<&LocConf::transform_underscores>("lua_transform_underscores_in_response_headers",
                                               kAnywhere, loc_level),
    ngx::flag<&LocConf::http10_buffering>("lua_http10_buffering", kAnywhere, loc_level),
    ngx::flag<&LocConf::check_client_abort>("lua_check_client_abort", kAnywhere, loc_level),

    // sockets
    ngx::flag<&LocConf::socket_log_errors>("lua_socket_log_errors", kAnywhere, loc_level),
    ngx::msec<&LocConf::socket_connect_timeout>("lua_socket_connect_timeout", kAnywhere, loc_level),
    ngx::msec<&LocConf::socket_send_timeout>("lua_socket_send_timeout", kAnywhere, loc_level),
    ngx::msec<&LocConf::socket_read_timeout>("lua_socket_read_timeout", kAnywhere, loc_level),
    ngx::msec<&LocConf::socket_keepalive_timeout>("lua_socket_keepalive_timeout", kAnywhere,
                                                  loc_level),
    ngx::size<&LocConf::socket_send_lowat>("lua_socket_send_lowat", kAnywhere, loc_level,
                                           &check_send_lowat),
    ngx::size<&LocConf::socket_buffer_size>("lua_socket_buffer_size", kAnywhere, loc_level),
    ngx::number<&LocConf::socket_pool_size>("lua_socket_pool_size", kAnywhere, loc_level),

#if (NGX_HTTP_SSL)
    block_form<&ServConf::ssl_client_hello>("ssl_client_hello_by_lua_block", kMain | kServer,
                                            srv_level, client_hello_family),
    file_form<&ServConf::ssl_client_hello>("ssl_client_hello_by_lua_file", kMain | kServer,
                                           srv_level, client_hello_family),
    block_form<&ServConf::ssl_certificate>("ssl_certificate_by_lua_block", kMain | kServer,
                                           srv_level, certificate_family),
    file_form<&ServConf::ssl_certificate>("ssl_certificate_by_lua_file", kMain | kServer, srv_level,
                                          certificate_family),
    block_form<&MainConf::ssl_session_store>("ssl_session_store_by_lua_block", kMain, main_level,
                                             session_store_family),
    file_form<&MainConf::ssl_session_store>("ssl_session_store_by_lua_file", kMain, main_level,
                                            session_store_family),
    block_form<&MainConf::ssl_session_fetch>("ssl_session_fetch_by_lua_block", kMain, main_level,
                                             session_fetch_family),
    file_form<&MainConf::ssl_session_fetch>("ssl_session_fetch_by_lua_file", kMain, main_level,
                                            session_fetch_family),
    block_form<&LocConf::proxy_ssl_certificate>("proxy_ssl_certificate_by_lua_block", kLocation,
                                                loc_level, proxy_certificate_family),
    file_form<&LocConf::proxy_ssl_certificate>("proxy_ssl_certificate_by_lua_file", kLocation,
                                               loc_level, proxy_certificate_family),
    block_form<&LocConf::proxy_ssl_verify>("proxy_ssl_verify_by_lua_block", kLocation, loc_level,
                                           proxy_verify_family),
    file_form<&LocConf::proxy_ssl_verify>("proxy_ssl_verify_by_lua_file", kLocation, loc_level,
                                          proxy_verify_family),
    ngx::flag<&LocConf::upstream_skip_openssl_default_verify>(
        "lua_upstream_skip_openssl_default_verify", kLocation, loc_level),
    ngx::bitmask<&LocConf::ssl_protocols>("lua_ssl_protocols", kNotInIf, loc_level, ssl_protocols),
    ngx::string<&LocConf::ssl_ciphers>("lua_ssl_ciphers", kNotInIf, loc_level),
    ngx::number<&LocConf::ssl_verify_depth>("lua_ssl_verify_depth", kNotInIf, loc_level),
    ngx::string_array<&LocConf::ssl_certificates>("lua_ssl_certificate", kNotInIf, loc_level),
    ngx::string_array<&LocConf::ssl_certificate_keys>("lua_ssl_certificate_key", kNotInIf,
                                                      loc_level),
    ngx::string<&LocConf::ssl_trusted_certificate>("lua_ssl_trusted_certificate", kNotInIf,
                                                   loc_level),
    ngx::string<&LocConf::ssl_crl>("lua_ssl_crl", kNotInIf, loc_level),
    ngx::string<&LocConf::ssl_key_log>("lua_ssl_key_log", kNotInIf, loc_level),
    ngx::keyval_array<&LocConf::ssl_conf_commands>("lua_ssl_conf_command", kNotInIf, loc_level),
#endif

    ngx::end_of_commands,
};

} // namespace lua::http
