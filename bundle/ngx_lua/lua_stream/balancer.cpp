#include "lua_stream/balancer.hpp"

#include "lua_stream/stream_host.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"

#include <new>

namespace lua::stream {
namespace {

Balancing& balancing_of(ngx_stream_upstream_srv_conf_t* us) {
    return static_cast<ServConf*>(ngx_stream_conf_upstream_srv_conf(us, ngx_stream_lua_module))
        ->balancing;
}

// NGX_OK: the try goes on, to `address` if the handler has set one.
ngx_int_t choose(BalancerPeer& peer, ngx_peer_connection_t& pc) {
    StreamHost* host = StreamHost::get(&peer.session);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    peer.tries.begin();
    host->exited = false;
    host->balancer_peer = &peer;
    bool ok = call_handler(*host, Phase::balancer, *peer.balancing.handler, 0, 0);
    host->balancer_peer = nullptr;
    pc.tries += peer.tries.granted();
    if (!ok) {
        return NGX_ERROR;
    }
    if (!host->exited || host->exit_code == NGX_OK) {
        return NGX_OK;
    }
#ifdef NGX_STREAM_SPECIAL_RESPONSE
    if (host->exit_code >= NGX_STREAM_SPECIAL_RESPONSE) {
        return host->exit_code;
    }
#endif
    return NGX_ERROR;
}

ngx_int_t on_get(ngx_peer_connection_t* pc, void* data) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    NGX_LUA_DEBUG(pc->log, "lua balancer: get peer, tries: %ui", pc->tries);

    peer.address = nullptr;
    ngx_int_t rc = choose(peer, *pc);
    peer.chosen = peer.address != nullptr;
    if (rc != NGX_OK) {
        return rc;
    }
    if (!peer.chosen) {
        return peer.inner.get(pc);
    }
    pc->sockaddr = peer.address->sockaddr;
    pc->socklen = peer.address->socklen;
    pc->name = &peer.address->name;
    return NGX_OK;
}

void on_free(ngx_peer_connection_t* pc, void* data, ngx_uint_t state) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    NGX_LUA_DEBUG(pc->log, "lua balancer: free peer, tries: %ui", pc->tries);
    peer.last_state = state;
    if (!peer.chosen) {
        peer.inner.free(pc, state);
    } else if (pc->tries != 0) {
        pc->tries--;
    }
}

void on_notify(ngx_peer_connection_t* pc, void* data, ngx_uint_t type) noexcept {
    const auto& peer = *static_cast<BalancerPeer*>(data);
    if (!peer.chosen) {
        peer.inner.notify(pc, type);
    }
}

#if (NGX_STREAM_SSL)

// Sessions belong to the peers of the inner method.
ngx_int_t set_tls_session(ngx_peer_connection_t* pc, void* data) noexcept {
    const auto& peer = *static_cast<BalancerPeer*>(data);
    return peer.chosen ? NGX_OK : peer.inner.set_session(pc);
}

void save_tls_session(ngx_peer_connection_t* pc, void* data) noexcept {
    if (const auto& peer = *static_cast<BalancerPeer*>(data); !peer.chosen) {
        peer.inner.save_session(pc);
    }
}

#endif

ngx_int_t init_peer(ngx_stream_session_t* s, ngx_stream_upstream_srv_conf_t* us) noexcept {
    const Balancing& balancing = balancing_of(us);
    if (balancing.init_peer(s, us) != NGX_OK) {
        return NGX_ERROR;
    }
    void* memory = ngx_palloc(s->connection->pool, sizeof(BalancerPeer));
    if (memory == nullptr) {
        return NGX_ERROR;
    }
    auto* peer = new (memory) BalancerPeer{.session = *s, .balancing = balancing};
    ngx_peer_connection_t& pc = s->upstream->peer;
    peer->inner.take(pc);
    pc.data = peer;
    pc.get = on_get;
    pc.free = on_free;
    pc.notify = on_notify;
#if (NGX_STREAM_SSL)
    pc.set_session = set_tls_session;
    pc.save_session = save_tls_session;
#endif
    return NGX_OK;
}

ngx_int_t init_upstream(ngx_conf_t* cf, ngx_stream_upstream_srv_conf_t* us) noexcept {
    Balancing& balancing = balancing_of(us);
    if (balancing.init(cf, us) != NGX_OK) {
        return NGX_ERROR;
    }
    balancing.init_peer = us->peer.init;
    us->peer.init = init_peer;
    return NGX_OK;
}

} // namespace

void install_balancer(ngx_conf_t* cf) noexcept {
    auto* us = static_cast<ngx_stream_upstream_srv_conf_t*>(
        ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_upstream_module));
    Balancing& balancing = balancing_of(us);

    balancing.init = us->peer.init_upstream;
    if (balancing.init == nullptr) {
        balancing.init = ngx_stream_upstream_init_round_robin;
    } else {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "load balancing method redefined");
    }
    us->peer.init_upstream = init_upstream;
    us->flags = NGX_STREAM_UPSTREAM_CREATE | NGX_STREAM_UPSTREAM_WEIGHT |
                NGX_STREAM_UPSTREAM_MAX_CONNS | NGX_STREAM_UPSTREAM_MAX_FAILS |
                NGX_STREAM_UPSTREAM_FAIL_TIMEOUT | NGX_STREAM_UPSTREAM_DOWN |
                NGX_STREAM_UPSTREAM_BACKUP;
}

} // namespace lua::stream
