// Addresses as Lua code gives them to a balancer: of the peer to connect to, and of this machine's
// side of the connection. Names are not resolved here: that would block.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace lua::balancer {

// "127.0.0.1", "[::1]:80", "unix:/path". A port in the text is preferred to `port`. The result
// lives in pool. Returns null, or what is wrong with the text.
[[nodiscard]] const char* parse_peer(ngx_pool_t* pool, std::string_view text, int port,
                                     ngx_addr_t*& address) noexcept;

// "127.0.0.1" or "127.0.0.1:5000"; null if it is no address or memory is short.
[[nodiscard]] ngx_addr_t* parse_local(ngx_pool_t* pool, std::string_view text) noexcept;

} // namespace lua::balancer
