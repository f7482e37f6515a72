#include "lua_ssl/hooks.hpp"

#include "ngx/log.hpp"

#include <algorithm>

namespace lua::ssl {
namespace {

// How log lines call a hook.
struct Names {
    Phase phase;
    const char* hook;
    const char* directive;
    const char* callback;
    const char* aborted;
};

constexpr Names kClientHello{Phase::ssl_client_hello, "ssl client hello", "ssl_client_hello_by_lua",
                             "client hello cb", "client hello cb"};
constexpr Names kCertificate{Phase::ssl_cert, "ssl cert", "ssl_certificate_by_lua", "cert cb",
                             "cert cb"};
constexpr Names kFetch{Phase::ssl_session_fetch, "ssl session fetch", "ssl_session_fetch_by_lua*",
                       "sess get cb", "sess_fetch cb"};
constexpr Names kStore{Phase::ssl_session_store, "ssl session store", "ssl_session_store_by_lua*",
                       "sess new cb", "sess new cb"};

constexpr int kGoOn = 1;
constexpr int kRefuse = 0;
constexpr int kLater = -1;

void log_start(const TlsHost& host, const Names& names) {
    NGX_LUA_DEBUG(host.log(), "%s: connection reusable: %ud", names.hook,
                  host.client_connection()->reusable);
}

void log_result(const TlsHost& host, const Names& names, int result, int code) {
    NGX_LUA_DEBUG(host.log(), "%s: handler return value: %i, %s exit code: %d", names.directive,
                  static_cast<ngx_int_t>(result), names.callback, code);
}

int verdict(int result) {
    return result == NGX_ERROR || result >= 300 ? kRefuse : kGoOn;
}

// The handler waits. False if the handshake cannot: the handler has been given up.
bool may_wait([[maybe_unused]] TlsHost& host, [[maybe_unused]] const Names& names) {
#ifdef HAVE_PROXY_SSL_PATCH
    return true;
#else
    ngx_log_error(NGX_LOG_CRIT, host.log(), 0,
                  "lua: cannot yield in %s: missing patch in the nginx core", names.callback);
    host.give_up();
    return false;
#endif
}

int run(SSL* ssl, const Site& site, const Names& names) {
    TlsHost* host = TlsHost::get(ssl, site);
    if (host == nullptr) {
        return kRefuse;
    }
    if (auto result = host->result(names.phase)) {
        int code = verdict(*result);
        NGX_LUA_DEBUG(host->log(), "%s: %s exit code: %d", names.directive, names.callback, code);
        return code;
    }
    if (host->run.active()) {
        return kLater; // something happened on the connection while the handler waits
    }
    log_start(*host, names);
    if (auto result = host->run_handler(site, names.phase)) {
        int code = verdict(*result);
        log_result(*host, names, *result, code);
        return code;
    }
    return may_wait(*host, names) ? kLater : kRefuse;
}

bool skipped(const SSL* ssl, const Names& names) {
    int version = SSL_version(ssl);
    if (version < TLS1_3_VERSION) {
        return false;
    }
    NGX_LUA_DEBUG(static_cast<ngx_connection_t*>(ngx_ssl_get_connection(ssl))->log,
                  "%s: skipped since TLS version >= 1.3 (%xd)", names.directive,
                  static_cast<unsigned>(version));
    return true;
}

void set_session_id(TlsHost& host, std::span<const u_char> id) {
    host.session_id_len = static_cast<unsigned>(std::min(id.size(), sizeof(host.session_id)));
    std::copy_n(id.begin(), host.session_id_len, host.session_id);
}

// What the handler found; an error means that there is no session.
SSL_SESSION* fetched(TlsHost& host, int result) {
    int code = verdict(result);
    log_result(host, kFetch, code == kRefuse ? NGX_ERROR : result, 0);
    set_session_id(host, {});
    if (code == kRefuse) {
        host.session.reset();
    }
    return host.session.release();
}

} // namespace

int on_client_hello(SSL* ssl, const Site& site) noexcept {
    return run(ssl, site, kClientHello);
}

int on_certificate(SSL* ssl, const Site& site) noexcept {
    return run(ssl, site, kCertificate);
}

bool skips_session_fetch(const SSL* ssl) noexcept {
    return skipped(ssl, kFetch);
}

bool skips_session_store(const SSL* ssl) noexcept {
    return skipped(ssl, kStore);
}

SSL_SESSION* on_session_fetch(SSL* ssl, const Site& site, std::span<const u_char> id) noexcept {
    TlsHost* host = TlsHost::get(ssl, site);
    if (host == nullptr) {
        return nullptr;
    }
#ifdef SSL_ERROR_PENDING_SESSION
    if (host->run.active()) {
        return SSL_magic_pending_session_ptr();
    }
    if (auto result = host->result(Phase::ssl_session_fetch)) {
        NGX_LUA_DEBUG(host->log(), "%s: %s exit code: 0", kFetch.directive, kFetch.callback);
        return fetched(*host, *result);
    }
#endif
    log_start(*host, kFetch);
    host->session.reset();
    set_session_id(*host, id);
    if (auto result = host->run_handler(site, Phase::ssl_session_fetch)) {
        return fetched(*host, *result);
    }
#ifdef SSL_ERROR_PENDING_SESSION
    return may_wait(*host, kFetch) ? SSL_magic_pending_session_ptr() : nullptr;
#else
    ngx_log_error(NGX_LOG_CRIT, host->log(), 0,
                  "lua: cannot yield in sess get cb: missing async sess get cb support in OpenSSL");
    host->give_up();
    set_session_id(*host, {});
    host->session.reset();
    return nullptr;
#endif
}

void on_session_store(SSL* ssl, const Site& site, SSL_SESSION* session) noexcept {
    TlsHost* host = TlsHost::get(ssl, site);
    if (host == nullptr) {
        return;
    }
    log_start(*host, kStore);
    unsigned len = 0;
    const u_char* id = SSL_SESSION_get_id(session, &len);
    set_session_id(*host, {id, len});
    SSL_SESSION_up_ref(session);
    host->session.reset(session);

    host->call_handler(site, Phase::ssl_session_store);
    log_result(*host, kStore, NGX_OK, 0);
    host->session.reset();
    set_session_id(*host, {});
}

void log_abort(const TlsHost& host) noexcept {
    for (const Names* names : {&kClientHello, &kCertificate, &kFetch}) {
        if (names->phase == host.phase) {
            NGX_LUA_DEBUG(host.log(), "%s: %s aborted", names->directive, names->aborted);
        }
    }
}

} // namespace lua::ssl
