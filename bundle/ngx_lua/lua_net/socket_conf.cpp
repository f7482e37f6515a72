#include "lua_net/socket_conf.hpp"

#include "lua_ssl/client_context.hpp"

namespace lua::net {
namespace {

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

#if (NGX_SSL)
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

void SocketConf::merge_sockets(const SocketConf& parent) noexcept {
    ngx::merge(log_errors, parent.log_errors, 1);
    ngx::merge(connect_timeout, parent.connect_timeout, 60000);
    ngx::merge(send_timeout, parent.send_timeout, 60000);
    ngx::merge(read_timeout, parent.read_timeout, 60000);
    ngx::merge(keepalive_timeout, parent.keepalive_timeout, 60000);
    ngx::merge(send_lowat, parent.send_lowat, 0);
    ngx::merge(buffer_size, parent.buffer_size, ngx_pagesize);
    ngx::merge(pool_size, parent.pool_size, 30);
}

#if (NGX_SSL)

void SocketConf::merge_tls(const SocketConf& parent) noexcept {
    ngx_conf_merge_bitmask_value(ssl_protocols, parent.ssl_protocols,
                                 (NGX_CONF_BITMASK_SET | NGX_SSL_TLSv1 | NGX_SSL_TLSv1_1 |
                                  NGX_SSL_TLSv1_2 | NGX_SSL_TLSv1_3));
    ngx::merge(ssl_ciphers, parent.ssl_ciphers, "DEFAULT");
    ngx::merge(ssl_verify_depth, parent.ssl_verify_depth, 1);
    ngx::merge(ssl_certificates, parent.ssl_certificates);
    ngx::merge(ssl_certificate_keys, parent.ssl_certificate_keys);
    ngx::merge(ssl_trusted_certificate, parent.ssl_trusted_certificate, "");
    ngx::merge(ssl_crl, parent.ssl_crl, "");
    ngx::merge(ssl_key_log, parent.ssl_key_log, "");
    ngx::merge(ssl_conf_commands, parent.ssl_conf_commands);
}

bool SocketConf::sets_tls() const noexcept {
    const auto* unset_array = static_cast<ngx_array_t*>(NGX_CONF_UNSET_PTR);
    return ssl_protocols != 0 || ssl_ciphers.data != nullptr ||
           ssl_verify_depth != ngx::unset<ngx_int_t> || ssl_certificates != unset_array ||
           ssl_certificate_keys != unset_array || ssl_trusted_certificate.data != nullptr ||
           ssl_crl.data != nullptr || ssl_key_log.data != nullptr ||
           ssl_conf_commands != unset_array;
}

// The context of merged settings.
ngx_ssl_t* SocketConf::make_tls(ngx_conf_t* cf) const noexcept {
    ssl::ClientOptions options{
        .protocols = ssl_protocols,
        .ciphers = ssl_ciphers,
        .verify_depth = ssl_verify_depth,
        .certificates = ssl_certificates,
        .certificate_keys = ssl_certificate_keys,
        .trusted_certificate = ssl_trusted_certificate,
        .crl = ssl_crl,
        .key_log = ssl_key_log,
        .conf_commands = ssl_conf_commands,
    };
    return ssl::make_client_context(cf, options);
}

// Gives this level a context: the parent's own where nothing is set here. The top level is merged
// into nothing, so it gets its context when the first one below without settings asks for it.
bool SocketConf::share_or_make_tls(ngx_conf_t* cf, SocketConf& parent) noexcept {
    if (sets_tls()) {
        merge_tls(parent);
        tls = make_tls(cf);
        return tls != nullptr;
    }
    merge_tls(parent);
    if (parent.tls == nullptr) {
        parent.tls = make_tls(cf); // as merged here, which adds nothing
    }
    tls = parent.tls;
    return tls != nullptr;
}

#endif

bool SocketConf::merge([[maybe_unused]] ngx_conf_t* cf, SocketConf& parent,
                       const CoreSettings& core) noexcept {
    merge_sockets(parent);
#if (NGX_SSL)
    if (!share_or_make_tls(cf, parent)) {
        return false;
    }
#endif
    net = {
        .connect_timeout = connect_timeout,
        .send_timeout = send_timeout,
        .read_timeout = read_timeout,
        .keepalive_timeout = keepalive_timeout,
        .resolver_timeout = core.resolver_timeout,
        .send_lowat = send_lowat,
        .buffer_size = buffer_size,
        .pool_size = pool_size,
        .resolver = core.resolver,
        .tls = tls,
        .log_errors = log_errors != 0,
        .tcp_nodelay = core.tcp_nodelay,
    };
    return true;
}

ngx_int_t SocketConf::settings_of_top(ngx_conf_t* cf, const CoreSettings& core,
                                      Settings& settings) const noexcept {
    SocketConf top = *this;
    SocketConf nothing;
    nothing.tls = tls;
    if (!top.merge(cf, nothing, core)) {
        return NGX_ERROR;
    }
    settings = top.net;
    ngx::merge(settings.resolver_timeout, settings.resolver_timeout, 30000);
    return NGX_OK;
}

} // namespace lua::net
