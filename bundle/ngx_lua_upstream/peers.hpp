// The lock of an upstream's peers, which may lie in shared memory. Held while Lua code cannot run,
// but a Lua error may end the scope.
#pragma once

#include "ngx/http.hpp"

namespace lua_upstream {

using Peers = ngx_http_upstream_rr_peers_t;
using Peer = ngx_http_upstream_rr_peer_t;

enum class Access { read, write };

class PeersLock {
public:
    PeersLock([[maybe_unused]] Peers& peers, [[maybe_unused]] Access access) : peers_(&peers) {
        if (access == Access::read) {
            ngx_http_upstream_rr_peers_rlock(peers_);
        } else {
            ngx_http_upstream_rr_peers_wlock(peers_);
        }
    }
    ~PeersLock() { ngx_http_upstream_rr_peers_unlock(peers_); }
    PeersLock(const PeersLock&) = delete;
    PeersLock& operator=(const PeersLock&) = delete;

private:
    Peers* peers_;
};

} // namespace lua_upstream
