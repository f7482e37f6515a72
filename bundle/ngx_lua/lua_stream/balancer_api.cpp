// The FFI functions behind ngx.balancer, for stream.
#include "lua_balancer/address.hpp"
#include "lua_stream/stream_host.hpp"
#include "ngx/export.hpp"
#include "ngx/str.hpp"

#ifdef HAS_NGX_STREAM_PROXY_GET_NEXT_UPSTREAM_TRIES_PATCH
extern "C" ngx_uint_t ngx_stream_proxy_get_next_upstream_tries(ngx_stream_session_t* s);
#endif

namespace lua::stream {
namespace {

// The peer that the running handler chooses for; null where there is none, with the reason in err.
BalancerPeer* running_peer(const char** err) {
    *err = nullptr;
    if (current().host->phase == Phase::balancer) {
        return running_host().balancer_peer;
    }
    *err = kRefusedHere;
    return nullptr;
}

ngx_uint_t tries_limit([[maybe_unused]] ngx_stream_session_t* s) {
#ifdef HAS_NGX_STREAM_PROXY_GET_NEXT_UPSTREAM_TRIES_PATCH
    return ngx_stream_proxy_get_next_upstream_tries(s);
#else
    return 0;
#endif
}

} // namespace

// port 0: the one in addr.
NGX_LUA_FFI int ngx_stream_lua_ffi_balancer_set_current_peer(void* /*r*/, const u_char* addr,
                                                             size_t addr_len, int port,
                                                             const char** err) noexcept {
    BalancerPeer* peer = running_peer(err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    *err = balancer::parse_peer(running_host().pool(), ngx::view(addr, addr + addr_len), port,
                                peer->address);
    return *err == nullptr ? NGX_OK : NGX_ERROR;
}

// On success *err is null, or a warning.
NGX_LUA_FFI int ngx_stream_lua_ffi_balancer_set_more_tries(void* /*r*/, int count,
                                                           const char** err) noexcept {
    BalancerPeer* peer = running_peer(err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
    *err = peer->tries.ask(count, peer->session.upstream->peer.tries, tries_limit(&peer->session));
    return NGX_OK;
}

// 0: this is the first try; else NGX_PEER_* of the one before.
NGX_LUA_FFI int ngx_stream_lua_ffi_balancer_get_last_failure(void* /*r*/, int* status,
                                                             const char** err) noexcept {
    *status = 0;
    BalancerPeer* peer = running_peer(err);
    return peer == nullptr ? NGX_ERROR : static_cast<int>(peer->last_state);
}

// Milliseconds; 0 keeps what is configured.
NGX_LUA_FFI int ngx_stream_lua_ffi_balancer_set_timeouts(void* /*r*/,
                                                         [[maybe_unused]] long connect_timeout,
                                                         [[maybe_unused]] long timeout,
                                                         const char** err) noexcept {
    BalancerPeer* peer = running_peer(err);
    if (peer == nullptr) {
        return NGX_ERROR;
    }
#ifdef NGX_STREAM_HAVE_PROXY_TIMEOUT_FIELDS_PATCH
    auto* proxy = static_cast<ngx_stream_proxy_ctx_t*>(
        ngx_stream_get_module_ctx((&peer->session), ngx_stream_proxy_module));
    if (connect_timeout > 0) {
        proxy->connect_timeout = static_cast<ngx_msec_t>(connect_timeout);
    }
    if (timeout > 0) {
        proxy->timeout = static_cast<ngx_msec_t>(timeout);
    }
    return NGX_OK;
#else
    *err = "the nginx core has no timeouts for a single session";
    return NGX_ERROR;
#endif
}

// errlen: the capacity of errbuf, then the length of the text.
NGX_LUA_FFI int ngx_stream_lua_ffi_balancer_bind_to_local_addr(void* /*r*/, const u_char* addr,
                                                               size_t addr_len, u_char* errbuf,
                                                               size_t* errlen) noexcept {
    const char* err = nullptr;
    BalancerPeer* peer = running_peer(&err);
    std::string_view text = ngx::view(addr, addr + addr_len);
    ngx_addr_t* local =
        peer == nullptr ? nullptr : balancer::parse_local(running_host().pool(), text);
    if (local != nullptr) {
        peer->session.upstream->peer.local = local;
        return NGX_OK;
    }
    u_char* end = err == nullptr ? ngx_snprintf(errbuf, *errlen, "invalid addr %*s", addr_len, addr)
                                 : ngx_snprintf(errbuf, *errlen, "%s", err);
    *errlen = static_cast<size_t>(end - errbuf);
    return NGX_ERROR;
}

} // namespace lua::stream
