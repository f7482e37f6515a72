// The handlers that run in TLS handshakes: ssl_*_by_lua* of clients' connections.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

struct MainConf;

// Makes OpenSSL call back where servers have such handlers. To be called when everything has been
// merged. NGX_ERROR after logging why.
[[nodiscard]] ngx_int_t install_tls_hooks(ngx_conf_t* cf, const MainConf& main) noexcept;

} // namespace lua::http
