// The SSL_CTX of the client side: what cosockets' sslhandshake uses, made from the lua_ssl_*
// directives when the configuration is read. A context belongs to the configuration's pool; places
// with the same settings share one. Certificate checks and names are the socket's matter; here only
// the trust anchors are loaded.
#pragma once

#include "ngx/nginx.hpp"

#if (NGX_SSL)

namespace lua::ssl {

struct ClientOptions {
    ngx_uint_t protocols = 0; // NGX_SSL_TLSv1 and so on
    ngx_str_t ciphers = {};
    ngx_int_t verify_depth = 1;
    ngx_array_t* certificates = nullptr;     // of ngx_str_t; null: none
    ngx_array_t* certificate_keys = nullptr; // one for each certificate
    ngx_str_t trusted_certificate = {};      // empty: none
    ngx_str_t crl = {};                      // likewise
    ngx_str_t key_log = {};                  // likewise
    ngx_array_t* conf_commands = nullptr;    // of ngx_keyval_t
};

// Null after the reason was logged. Relative paths in options are completed in place.
[[nodiscard]] ngx_ssl_t* make_client_context(ngx_conf_t* cf, ClientOptions& options) noexcept;

} // namespace lua::ssl

#endif
