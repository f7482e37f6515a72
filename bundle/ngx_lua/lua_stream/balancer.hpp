// balancer_by_lua* of a stream upstream block: Lua code chooses the peer of each try. It wraps the
// method configured before it (round robin if none), which chooses where Lua code did not.
#pragma once

#include "lua_balancer/inner_method.hpp"
#include "lua_balancer/tries.hpp"
#include "ngx/stream.hpp"

namespace lua {
struct Handler;
}

namespace lua::stream {

// Part of the server configuration of an upstream block.
struct Balancing {
    Handler* handler = nullptr;
    ngx_stream_upstream_init_pt init = nullptr;           // of the wrapped method
    ngx_stream_upstream_init_peer_pt init_peer = nullptr; //
};

// The directive was parsed: makes Lua code the method of the upstream block.
void install_balancer(ngx_conf_t* cf) noexcept;

// What nginx calls for one proxied session; in the connection's pool. The handler sets `address`
// through ngx.balancer (balancer_api.cpp) before each try.
struct BalancerPeer {
    ngx_stream_session_t& session;
    const Balancing& balancing;
    balancer::InnerMethod inner;
    balancer::Tries tries;
    ngx_addr_t* address = nullptr; // null: the inner method chooses
    ngx_uint_t last_state = 0;     // NGX_PEER_* of the try before
    bool chosen = false;           // by Lua code, for this try
};

} // namespace lua::stream
