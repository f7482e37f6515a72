// The FFI functions behind ngx.balancer.
#include "lua_balancer/address.hpp"
#include "lua_http/balancer.hpp"
#include "lua_http/http_host.hpp"
#include "ngx/export.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

namespace lua::http {
namespace {

// The peer that the running handler chooses for; null where there is none, with the reason in err.
BalancerPeer* running_peer(ngx_http_request_t* r, const char** err) {
    if (!serves_request() || r->upstream == nullptr) {
        *err = "no upstream found";
        return nullptr;
    }
    BalancerPeer* peer = running_host().balancer_peer;
    if (current().host->phase != Phase::balancer || peer == nullptr) {
        *err = kRefusedHere;
        return nullptr;
    }
    *err = nullptr;
    return peer;
}

ngx_msec_t timeout_or(long msec, ngx_msec_t configured) {
    return msec > 0 ? static_cast<ngx_msec_t>(msec) : configured;
}

} // namespace

// port 0: the one in addr. host is the name for SNI and for keeping the connection; may be empty.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_set_current_peer(ngx_http_request_t* r,
                                                           const u_char* addr, size_t addr_len,
                                                           int port, const u_char* host,
                                                           size_t host_len,
                                                           const char** err) noexcept {
    BalancerPeer* peer = running_peer(r, err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    *err =
        balancer::parse_peer(r->pool, ngx::view(addr, addr + addr_len), port, peer->choice.address);
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    peer->choice.host = {};
    if (host_len > 0) {
        peer->choice.host = ngx::copy(r->pool, ngx::view(host, host + host_len));
        if (peer->choice.host.data == nullptr) {
            *err = "no memory";
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

// timeout in milliseconds; 0 is no limit for both.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_enable_keepalive(ngx_http_request_t* r,
                                                           unsigned long timeout,
                                                           unsigned int max_requests,
                                                           const char** err) noexcept {
    BalancerPeer* peer = running_peer(r, err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    if (peer->choice.address == nullptr) {
        *err = "no current peer set";
        return NGX_ERROR;
    }
    peer->choice.keepalive = true;
    peer->choice.idle_timeout = timeout;
    peer->choice.max_requests = max_requests;
    return NGX_OK;
}

// On success *err is null or a warning.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_set_more_tries(ngx_http_request_t* r, int count,
                                                         const char** err) noexcept {
    BalancerPeer* peer = running_peer(r, err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    const ngx_http_upstream_t& u = *r->upstream;
    *err = peer->tries.ask(count, u.peer.tries, u.conf->next_upstream_tries);
    return NGX_OK;
}

// The state of the try before (NGX_PEER_*), 0 if this is the first, with its status code.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_get_last_failure(ngx_http_request_t* r, int* status,
                                                           const char** err) noexcept {
    BalancerPeer* peer = running_peer(r, err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    const ngx_array_t* states = r->upstream_states;
    if (peer->tries.is_first() || states == nullptr || states->nelts < 2) {
        return 0;
    }
    const auto* list = static_cast<const ngx_http_upstream_state_t*>(states->elts);
    *status = static_cast<int>(list[states->nelts - 2].status);
    return static_cast<int>(peer->last_state);
}

// Milliseconds; 0 leaves a timeout as it is.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_set_timeouts(ngx_http_request_t* r, long connect_timeout,
                                                       long send_timeout, long read_timeout,
                                                       const char** err) noexcept {
    if (running_peer(r, err) == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_upstream_t& u = *r->upstream;
#ifdef HAVE_NGX_UPSTREAM_TIMEOUT_FIELDS
    auto& timeouts = u;
#else
    // Without the patch the timeouts are those of the configuration: this request gets its own
    // copy.
    auto* copy = ngx::make<ngx_http_upstream_conf_t>(r->pool, *u.conf);
    if (copy == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    u.conf = copy;
    auto& timeouts = *copy;
#endif
    timeouts.connect_timeout = timeout_or(connect_timeout, timeouts.connect_timeout);
    timeouts.send_timeout = timeout_or(send_timeout, timeouts.send_timeout);
    timeouts.read_timeout = timeout_or(read_timeout, timeouts.read_timeout);
    return NGX_OK;
}

// Makes the bytes for the upstream server anew, from the request as it is now.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_recreate_request(ngx_http_request_t* r,
                                                           const char** err) noexcept {
    if (running_peer(r, err) == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_upstream_t& u = *r->upstream;
    u.request_bufs = r->request_body != nullptr ? r->request_body->bufs : nullptr;
    return u.create_request(r) == NGX_OK ? NGX_OK : NGX_ERROR;
}

NGX_LUA_FFI int ngx_http_lua_ffi_balancer_set_upstream_tls(ngx_http_request_t* r,
                                                           [[maybe_unused]] int on,
                                                           const char** err) noexcept {
    if (running_peer(r, err) == nullptr) {
        return NGX_ERROR;
    }
#if (NGX_HTTP_SSL)
    const ngx_ssl_t* ssl = r->upstream->conf->ssl;
    if (on != 0 && (ssl == nullptr || ssl->ctx == nullptr)) {
        *err = "no TLS context for this upstream";
        return NGX_ERROR;
    }
    r->upstream->ssl = on != 0;
    return NGX_OK;
#else
    *err = "no TLS support";
    return NGX_ERROR;
#endif
}

// errlen: the capacity of errbuf, then the length of the text.
NGX_LUA_FFI int ngx_http_lua_ffi_balancer_bind_to_local_addr(ngx_http_request_t* r,
                                                             const u_char* addr, size_t addr_len,
                                                             u_char* errbuf,
                                                             size_t* errlen) noexcept {
    const char* err = nullptr;
    ngx_addr_t* local = nullptr;

    if (running_peer(r, &err) != nullptr) {
        local = balancer::parse_local(r->pool, ngx::view(addr, addr + addr_len));
        if (local != nullptr) {
            r->upstream->peer.local = local;
            return NGX_OK;
        }
    }
    u_char* end = err != nullptr
                      ? ngx_snprintf(errbuf, *errlen, "%s", err)
                      : ngx_snprintf(errbuf, *errlen, "invalid addr %*s", addr_len, addr);
    *errlen = static_cast<size_t>(end - errbuf);
    return NGX_ERROR;
}

} // namespace lua::http
