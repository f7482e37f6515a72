#include "lua_balancer/address.hpp"

#include "ngx/pool.hpp"
#include "ngx/str.hpp"

namespace lua::balancer {

const char* parse_peer(ngx_pool_t* pool, std::string_view text, int port,
                       ngx_addr_t*& address) noexcept {
    ngx_url_t url = {};
    url.url = ngx::copy(pool, text); // the address's name may refer to it
    if (url.url.data == nullptr) {
        return "no memory";
    }
    url.default_port = static_cast<in_port_t>(port);
    url.no_resolve = 1;

    if (ngx_parse_url(pool, &url) != NGX_OK) {
        return url.err != nullptr ? url.err : "no memory";
    }
    if (url.naddrs == 0) {
        return "no host allowed";
    }
    address = url.addrs;
    return nullptr;
}

ngx_addr_t* parse_local(ngx_pool_t* pool, std::string_view text) noexcept {
    auto* local = ngx::make<ngx_addr_t>(pool);
    if (local == nullptr) {
        return nullptr;
    }
    ngx_str_t copy = ngx::copy(pool, text);
    if (copy.data == nullptr || ngx_parse_addr_port(pool, local, copy.data, copy.len) != NGX_OK) {
        return nullptr;
    }
    local->name = copy;
    return local;
}

} // namespace lua::balancer
