#include "lua_http/balancer.hpp"

#include "lua_http/http_host.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

#include <new>

namespace lua::http {
namespace {

// Upstream blocks without servers get one that is never connected to, since nginx wants one.
constexpr const char* kPlaceholder = "0.0.0.1";
constexpr in_port_t kPlaceholderPort = 80;

ServConf& conf_of(ngx_http_upstream_srv_conf_t* us) {
    return *static_cast<ServConf*>(ngx_http_conf_upstream_srv_conf(us, ngx_http_lua_module));
}

bool is_placeholder(const ngx_http_upstream_server_t& server) {
    return server.name.data == ngx::bytes(kPlaceholder);
}

void add_placeholder(ngx_conf_t* cf, ngx_array_t* servers) {
    ngx_url_t url = {};
    url.url = ngx::str(kPlaceholder);
    url.default_port = kPlaceholderPort;
    if (ngx_parse_url(cf->pool, &url) != NGX_OK) {
        return; // nginx will miss a server
    }
    auto* server = static_cast<ngx_http_upstream_server_t*>(ngx_array_push(servers));
    if (server == nullptr) {
        return;
    }
    *server = {};
    server->name = url.url;
    server->addrs = url.addrs;
    server->naddrs = url.naddrs;
    server->weight = 1;
    server->max_fails = 1;
    server->fail_timeout = 10;
}

// True if there are servers beside the placeholder, which is then taken out.
bool drop_placeholder(ngx_array_t* servers) {
    auto* list = static_cast<ngx_http_upstream_server_t*>(servers->elts);
    if (servers->nelts == 0 || !is_placeholder(list[0])) {
        return true;
    }
    if (servers->nelts == 1) {
        return false;
    }
    servers->nelts--;
    ngx_memmove(list, list + 1, servers->nelts * sizeof(*list));
    return true;
}

ngx_int_t init_upstream(ngx_conf_t* cf, ngx_http_upstream_srv_conf_t* us) noexcept {
    ServConf& conf = conf_of(us);
    Balancing& balancing = conf.balancing;

    ngx::merge(conf.balancer_keepalive, conf.balancer_keepalive, 30);
    balancing.idle.set_capacity(static_cast<size_t>(conf.balancer_keepalive));
    balancing.has_servers = drop_placeholder(us->servers);
    if (balancing.inner_init(cf, us) != NGX_OK) {
        return NGX_ERROR;
    }
    balancing.inner_init_peer = us->peer.init;
    us->peer.init = BalancerPeer::init;
    return NGX_OK;
}

} // namespace

void install_balancer(ngx_conf_t* cf) noexcept {
    auto* us = static_cast<ngx_http_upstream_srv_conf_t*>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module));

    if (us->peer.init_upstream != nullptr) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "load balancing method redefined");
    }
    conf_of(us).balancing.inner_init = us->peer.init_upstream != nullptr
                                           ? us->peer.init_upstream
                                           : ngx_http_upstream_init_round_robin;
    us->peer.init_upstream = init_upstream;
    us->flags = NGX_HTTP_UPSTREAM_CREATE | NGX_HTTP_UPSTREAM_WEIGHT | NGX_HTTP_UPSTREAM_MAX_FAILS |
                NGX_HTTP_UPSTREAM_FAIL_TIMEOUT | NGX_HTTP_UPSTREAM_DOWN;
    if (us->servers->nelts == 0) {
        add_placeholder(cf, us->servers);
    }
}

BalancerPeer::BalancerPeer(ngx_http_request_t& r, ServConf& conf) noexcept
    : request(r), conf_(conf) {}

ngx_int_t BalancerPeer::init(ngx_http_request_t* r, ngx_http_upstream_srv_conf_t* us) noexcept {
    ServConf& conf = conf_of(us);
    void* memory = ngx_palloc(r->pool, sizeof(BalancerPeer));
    if (memory == nullptr || conf.balancing.inner_init_peer(r, us) != NGX_OK) {
        return NGX_ERROR;
    }
    auto* peer = new (memory) BalancerPeer(*r, conf);
    peer->wrap(r->upstream->peer);
    return NGX_OK;
}

void BalancerPeer::wrap(ngx_peer_connection_t& pc) noexcept {
    inner_.take(pc);
    pc.data = this;
    pc.get = on_get;
    pc.free = on_free;
    pc.notify = on_notify;
#if (NGX_HTTP_SSL)
    pc.set_session = on_set_session;
    pc.save_session = on_save_session;
    tls_host_ = request.upstream->ssl_name;
#endif
}

ngx_int_t BalancerPeer::on_get(ngx_peer_connection_t* pc, void* data) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    NGX_LUA_DEBUG(pc->log, "lua balancer: get peer, tries: %ui", pc->tries);

    peer.choice = {};
    peer.idle_ = nullptr;
    peer.chosen_ = false;
    peer.tries.begin();
    ngx_int_t rc = peer.run(*pc);
    if (rc != NGX_OK) {
        return rc;
    }
    if (peer.choice.address != nullptr) {
        return peer.apply(*pc);
    }
    if (!peer.conf_.balancing.has_servers) {
        ngx_log_error(NGX_LOG_ERR, pc->log, 0, "lua balancer: no peer set");
        return NGX_ERROR;
    }
    return peer.inner_.get(pc);
}

// NGX_OK: the try goes on.
ngx_int_t BalancerPeer::run(ngx_peer_connection_t& pc) noexcept {
    HttpHost* host = HttpHost::get(&request);
    if (host == nullptr) {
        return NGX_ERROR;
    }
    host->recorded_exit.given = false;
    host->balancer_peer = this;
    bool ok = call_handler(*host, Phase::balancer, *conf_.balancer, 0, 0);
    host->balancer_peer = nullptr;
    if (!ok) {
        return NGX_ERROR;
    }
    pc.tries += tries.granted();
    return host->recorded_exit.given ? refuse(host->recorded_exit.code) : NGX_OK;
}

// What nginx makes of ngx.exit(code).
ngx_int_t BalancerPeer::refuse(int code) noexcept {
    if (code == NGX_OK) {
        return NGX_OK;
    }
    if ((code == NGX_DECLINED || code == NGX_BUSY) && ++refusals_ < kMaxRefusals) {
        return code;
    }
#ifdef HAVE_BALANCER_STATUS_CODE_PATCH
    if (code >= NGX_HTTP_SPECIAL_RESPONSE) {
        return code;
    }
#endif
    return NGX_ERROR;
}

// Connects to the peer that Lua code chose.
ngx_int_t BalancerPeer::apply(ngx_peer_connection_t& pc) noexcept {
    chosen_ = true;
    pc.sockaddr = choice.address->sockaddr;
    pc.socklen = choice.address->socklen;
    pc.name = &choice.address->name;
    pc.cached = 0;
    pc.connection = nullptr;
#if (NGX_HTTP_SSL)
    request.upstream->ssl_name = choice.host.len > 0 ? choice.host : tls_host_;
#endif
    if (!choice.keepalive) {
        return NGX_OK;
    }
    key_ = {pc.sockaddr, pc.socklen, pc.local, tls_name(), pc.name};
    idle_ = conf_.balancing.idle.take(key_, pc.log);
    if (idle_ == nullptr) {
        return NGX_OK;
    }
    pc.connection = idle_->connection;
    pc.cached = 1;
    return NGX_DONE;
}

// The name that a kept connection was made for: the one given to set_current_peer, else the one of
// the TLS handshake. Empty where neither is.
std::string_view BalancerPeer::tls_name() noexcept {
    if (choice.host.len > 0) {
        return ngx::view(choice.host);
    }
#if (NGX_HTTP_SSL)
    ngx_http_upstream_t& u = *request.upstream;
    ngx_str_t name = u.ssl_name;
    if (!u.ssl || (u.conf->ssl_name != nullptr &&
                   ngx_http_complex_value(&request, u.conf->ssl_name, &name) != NGX_OK)) {
        return {};
    }
    return ngx::view(name);
#else
    return {};
#endif
}

void BalancerPeer::on_free(ngx_peer_connection_t* pc, void* data, ngx_uint_t state) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    NGX_LUA_DEBUG(pc->log, "lua balancer: free peer, tries: %ui", pc->tries);

    peer.last_state = state;
    if (!peer.chosen_) {
        peer.inner_.free(pc, state);
        return;
    }
    if (peer.choice.keepalive) {
        peer.keep(*pc, state);
    }
    if (pc->tries > 0) {
        pc->tries--;
    }
}

bool BalancerPeer::reusable(const ngx_peer_connection_t& pc, ngx_uint_t state) const noexcept {
    const ngx_connection_t* c = pc.connection;
    const ngx_http_upstream_t& u = *request.upstream;

    if ((state & NGX_PEER_FAILED) != 0 || c == nullptr || c->read->eof || c->read->error ||
        c->read->timedout || c->write->error || c->write->timedout) {
        return false;
    }
    if (choice.max_requests != 0 && c->requests >= choice.max_requests) {
        return false;
    }
    return u.keepalive && u.request_body_sent && ngx_terminate == 0 && ngx_exiting == 0;
}

void BalancerPeer::keep(ngx_peer_connection_t& pc, ngx_uint_t state) noexcept {
    if (!reusable(pc, state) ||
        !conf_.balancing.idle.keep(pc.connection, idle_, key_, choice.idle_timeout, pc.log)) {
        NGX_LUA_DEBUG(pc.log, "lua balancer: keepalive not saving connection %p", pc.connection);
        return;
    }
    pc.connection = nullptr;
}

void BalancerPeer::on_notify(ngx_peer_connection_t* pc, void* data, ngx_uint_t type) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);

    if (!peer.chosen_) {
        peer.inner_.notify(pc, type);
        return;
    }
#ifdef NGX_HTTP_UPSTREAM_NOTIFY_CACHED_CONNECTION_ERROR
    if (type == NGX_HTTP_UPSTREAM_NOTIFY_CACHED_CONNECTION_ERROR &&
        !peer.tries.allow_extra(pc->tries)) {
        pc->tries--;
    }
#endif
}

#if (NGX_HTTP_SSL)

// Sessions belong to the peers of the inner method.
ngx_int_t BalancerPeer::on_set_session(ngx_peer_connection_t* pc, void* data) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    return peer.chosen_ ? NGX_OK : peer.inner_.set_session(pc);
}

void BalancerPeer::on_save_session(ngx_peer_connection_t* pc, void* data) noexcept {
    auto& peer = *static_cast<BalancerPeer*>(data);
    if (!peer.chosen_) {
        peer.inner_.save_session(pc);
    }
}

#endif

} // namespace lua::http
