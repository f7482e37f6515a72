// The balancing method that balancer_by_lua* wraps: nginx's callbacks of a peer connection as that
// method has set them. What Lua code does not choose is passed on to it.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::balancer {

class InnerMethod {
public:
    // Takes what pc has; the caller puts its own callbacks in place.
    void take(const ngx_peer_connection_t& pc) noexcept { method_ = pc; }

    [[nodiscard]] ngx_int_t get(ngx_peer_connection_t* pc) const noexcept {
        return method_.get(pc, method_.data);
    }
    void free(ngx_peer_connection_t* pc, ngx_uint_t state) const noexcept {
        method_.free(pc, method_.data, state);
    }
    void notify(ngx_peer_connection_t* pc, ngx_uint_t type) const noexcept {
        if (method_.notify != nullptr) {
            method_.notify(pc, method_.data, type);
        }
    }
#if (NGX_SSL || NGX_COMPAT)
    [[nodiscard]] ngx_int_t set_session(ngx_peer_connection_t* pc) const noexcept {
        return method_.set_session(pc, method_.data);
    }
    void save_session(ngx_peer_connection_t* pc) const noexcept {
        method_.save_session(pc, method_.data);
    }
#endif

private:
    ngx_peer_connection_t method_ = {}; // only its callbacks and their data count
};

} // namespace lua::balancer
