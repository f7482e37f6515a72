// balancer_by_lua*: the balancing method of an upstream block whose peers Lua code chooses. It
// wraps the method configured before it (round robin if none), which chooses where Lua code did
// not.
//
// A Balancing lies in the server configuration of the upstream block. A BalancerPeer is what nginx
// calls for one proxied request; it lies in the request's pool. Before each try the handler runs
// and sets, through ngx.balancer (balancer_api.cpp), what is in `choice`.
#pragma once

#include "lua_balancer/idle_pool.hpp"
#include "lua_balancer/inner_method.hpp"
#include "lua_balancer/tries.hpp"
#include "ngx/http.hpp"

namespace lua::http {

class HttpHost;
struct ServConf;

struct Balancing {
    ngx_http_upstream_init_pt inner_init = nullptr;
    ngx_http_upstream_init_peer_pt inner_init_peer = nullptr;
    balancer::IdlePool idle;
    bool has_servers = false; // beside the placeholder
};

// The directive was parsed: makes Lua code the method of the upstream block.
void install_balancer(ngx_conf_t* cf) noexcept;

class BalancerPeer {
public:
    // What the handler chose for one try.
    struct Choice {
        ngx_addr_t* address = nullptr; // null: the inner method chooses
        ngx_str_t host = {};
        ngx_msec_t idle_timeout = 0;
        ngx_uint_t max_requests = 0;
        bool keepalive = false;
    };

    static ngx_int_t init(ngx_http_request_t* r, ngx_http_upstream_srv_conf_t* us) noexcept;

    ngx_http_request_t& request;
    Choice choice;
    balancer::Tries tries;
    ngx_uint_t last_state = 0; // NGX_PEER_* of the try before

private:
    BalancerPeer(ngx_http_request_t& r, ServConf& conf) noexcept;

    static ngx_int_t on_get(ngx_peer_connection_t* pc, void* data) noexcept;
    static void on_free(ngx_peer_connection_t* pc, void* data, ngx_uint_t state) noexcept;
    static void on_notify(ngx_peer_connection_t* pc, void* data, ngx_uint_t type) noexcept;
#if (NGX_HTTP_SSL)
    static ngx_int_t on_set_session(ngx_peer_connection_t* pc, void* data) noexcept;
    static void on_save_session(ngx_peer_connection_t* pc, void* data) noexcept;
#endif

    void wrap(ngx_peer_connection_t& pc) noexcept;
    ngx_int_t run(ngx_peer_connection_t& pc) noexcept;
    ngx_int_t refuse(int code) noexcept;
    ngx_int_t apply(ngx_peer_connection_t& pc) noexcept;
    bool reusable(const ngx_peer_connection_t& pc, ngx_uint_t state) const noexcept;
    void keep(ngx_peer_connection_t& pc, ngx_uint_t state) noexcept;
    std::string_view tls_name() noexcept;

    // A handler that declines for ever must not recurse for ever.
    static constexpr unsigned kMaxRefusals = 1000;

    ServConf& conf_;
    balancer::InnerMethod inner_;
#if (NGX_HTTP_SSL)
    ngx_str_t tls_host_ = {}; // upstream's own
#endif
    balancer::Idle* idle_ = nullptr; // of the try's connection, if it came from the pool
    balancer::PeerKey key_ = {};     // under which the try's connection is kept
    bool chosen_ = false;            // by Lua code, for this try
    unsigned refusals_ = 0;
};

} // namespace lua::http
