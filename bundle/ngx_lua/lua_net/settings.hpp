// What a host's sockets are configured with: the lua_socket_* and lua_ssl_* directives, and what
// nginx's core has for the place where the host runs. A binding fills one per location (or what
// corresponds to it) when the configuration is merged; Host::net_settings() returns the one in
// force. It belongs to the configuration's pool, so it outlives every socket that uses it, and a
// timer may keep its creator's pointer.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::net {

struct Settings {
    ngx_msec_t connect_timeout = 60000;
    ngx_msec_t send_timeout = 60000;
    ngx_msec_t read_timeout = 60000;
    ngx_msec_t keepalive_timeout = 60000; // of idle connections; 0: unlimited
    ngx_msec_t resolver_timeout = 30000;
    size_t send_lowat = 0;
    size_t buffer_size = 4096;
    ngx_int_t pool_size = 30;
    ngx_resolver_t* resolver = nullptr; // null: none
    ngx_ssl_t* tls = nullptr;           // of the client side; null: no TLS in this build
    bool log_errors = true;
    bool tcp_nodelay = true;
};

} // namespace lua::net
