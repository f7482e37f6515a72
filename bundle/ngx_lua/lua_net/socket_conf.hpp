// What the lua_socket_* and lua_ssl_* directives set at one level of the configuration. The struct
// is a base of the binding's configuration of a location (or what corresponds to it), its rows are
// part of the binding's directive table; the merged values become the net::Settings that hosts show
// to their sockets.
#pragma once

#include "lua_net/settings.hpp"
#include "ngx/conf.hpp"

#include <array>

namespace lua::net {

// What nginx's core has configured for the same place.
struct CoreSettings {
    // conf: an ngx_http_core_loc_conf_t or an ngx_stream_core_srv_conf_t.
    template <typename Conf>
    explicit CoreSettings(const Conf* conf) noexcept
        : resolver(conf->resolver), resolver_timeout(conf->resolver_timeout),
          tcp_nodelay(conf->tcp_nodelay != 0) {}

    ngx_resolver_t* resolver;
    ngx_msec_t resolver_timeout; // may be unset at the top level
    bool tcp_nodelay;
};

struct SocketConf {
    ngx_flag_t log_errors = ngx::unset<ngx_flag_t>;
    ngx_msec_t connect_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t send_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t read_timeout = ngx::unset<ngx_msec_t>;
    ngx_msec_t keepalive_timeout = ngx::unset<ngx_msec_t>;
    size_t send_lowat = ngx::unset<size_t>;
    size_t buffer_size = ngx::unset<size_t>;
    ngx_int_t pool_size = ngx::unset<ngx_int_t>;

    ngx_uint_t ssl_protocols = 0;
    ngx_str_t ssl_ciphers = {};
    ngx_int_t ssl_verify_depth = ngx::unset<ngx_int_t>;
    ngx_array_t* ssl_certificates = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    ngx_array_t* ssl_certificate_keys = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    ngx_str_t ssl_trusted_certificate = {};
    ngx_str_t ssl_crl = {};
    ngx_str_t ssl_key_log = {};
    ngx_array_t* ssl_conf_commands = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);

    ngx_ssl_t* tls = nullptr; // made from the ssl_* members; shared where they are the same

    Settings net; // made of these and the core's settings when merged

    // Takes what is not set here from parent, or the default, and makes the TLS context. False
    // after logging why.
    [[nodiscard]] bool merge(ngx_conf_t* cf, SocketConf& parent, const CoreSettings& core) noexcept;

    // The settings of a level that nothing lies above, which need not be merged yet.
    [[nodiscard]] ngx_int_t settings_of_top(ngx_conf_t* cf, const CoreSettings& core,
                                            Settings& settings) const noexcept;

private:
    void merge_sockets(const SocketConf& parent) noexcept;
    void merge_tls(const SocketConf& parent) noexcept;
    [[nodiscard]] bool sets_tls() const noexcept;
    [[nodiscard]] bool share_or_make_tls(ngx_conf_t* cf, SocketConf& parent) noexcept;
    [[nodiscard]] ngx_ssl_t* make_tls(ngx_conf_t* cf) const noexcept;
};

extern ngx_conf_post_t check_send_lowat;
extern ngx_conf_bitmask_t ssl_protocols[];

// The directives' rows in the table of a binding whose configuration struct Conf has SocketConf as
// a base.
template <typename Conf>
auto socket_rows(ngx_uint_t where, ngx_uint_t level) {
    using C = SocketConf;
    return std::array{
        ngx::flag<&C::log_errors, Conf>("lua_socket_log_errors", where, level),
        ngx::msec<&C::connect_timeout, Conf>("lua_socket_connect_timeout", where, level),
        ngx::msec<&C::send_timeout, Conf>("lua_socket_send_timeout", where, level),
        ngx::msec<&C::read_timeout, Conf>("lua_socket_read_timeout", where, level),
        ngx::msec<&C::keepalive_timeout, Conf>("lua_socket_keepalive_timeout", where, level),
        ngx::size<&C::send_lowat, Conf>("lua_socket_send_lowat", where, level, &check_send_lowat),
        ngx::size<&C::buffer_size, Conf>("lua_socket_buffer_size", where, level),
        ngx::number<&C::pool_size, Conf>("lua_socket_pool_size", where, level),
    };
}

#if (NGX_SSL)
template <typename Conf>
auto tls_rows(ngx_uint_t where, ngx_uint_t level) {
    using C = SocketConf;
    return std::array{
        ngx::bitmask<&C::ssl_protocols, Conf>("lua_ssl_protocols", where, level, ssl_protocols),
        ngx::string<&C::ssl_ciphers, Conf>("lua_ssl_ciphers", where, level),
        ngx::number<&C::ssl_verify_depth, Conf>("lua_ssl_verify_depth", where, level),
        ngx::string_array<&C::ssl_certificates, Conf>("lua_ssl_certificate", where, level),
        ngx::string_array<&C::ssl_certificate_keys, Conf>("lua_ssl_certificate_key", where, level),
        ngx::string<&C::ssl_trusted_certificate, Conf>("lua_ssl_trusted_certificate", where, level),
        ngx::string<&C::ssl_crl, Conf>("lua_ssl_crl", where, level),
        ngx::string<&C::ssl_key_log, Conf>("lua_ssl_key_log", where, level),
        ngx::keyval_array<&C::ssl_conf_commands, Conf>("lua_ssl_conf_command", where, level),
    };
}
#endif

} // namespace lua::net
