// ssl_client_hello_by_lua* and ssl_certificate_by_lua* of stream servers: makes OpenSSL call back,
// and finds what is configured for the server of a connection. The handlers run in lua_ssl.
#pragma once

#include "ngx/stream.hpp"

namespace lua::stream {

// After all servers were configured. NGX_ERROR after logging why.
[[nodiscard]] ngx_int_t install_tls_hooks(ngx_conf_t* cf) noexcept;

} // namespace lua::stream
