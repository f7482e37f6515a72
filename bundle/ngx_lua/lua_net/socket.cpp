#include "lua_net/socket.hpp"

#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace lua::net {

// A request may have had several hosts, one for each internal redirect.
bool Socket::same_request() const noexcept {
    const Host* here = current().host;
    return host() != nullptr && here != nullptr && kRequestPhases.has(here->phase) &&
           kRequestPhases.has(host()->phase) && here->exdata() == host()->exdata();
}

bool Socket::belong_to(Host& here) noexcept {
    if (served_) {
        NGX_LUA_DEBUG(here.log(), "lua reuse socket upstream ctx");
        NGX_LUA_DEBUG(here.log(), "lua http cleanup reuse: %p", this);
    }
    if (host() == nullptr && !attach(here)) {
        return false;
    }
    served_ = true;
    settings_ = here.net_settings();
    host_log_ = here.log();
    log_ = *host_log_;
    log_.handler = add_peer;
    log_.data = this;
    return true;
}

u_char* Socket::add_peer(ngx_log_t* log, u_char* buf, size_t len) noexcept {
    auto& self = *static_cast<Socket*>(log->data);
    ngx_log_t* outer = self.host_log_;
    u_char* end = buf + len;

    u_char* p = self.peer.describe(buf, end);
    return outer->handler == nullptr ? p : outer->handler(outer, p, static_cast<size_t>(end - p));
}

void Socket::lend_log(ngx_connection_t& c) noexcept {
    c.log = &log_;
    c.read->log = &log_;
    c.write->log = &log_;
    if (c.pool != nullptr) {
        c.pool->log = &log_;
    }
    c.log_error = settings_->log_errors ? NGX_ERROR_ERR : NGX_ERROR_INFO;
}

const char* Socket::error_text(ngx_err_t error) noexcept {
    u_char text[NGX_MAX_ERROR_STR];
    const u_char* end = ngx_strerror(error, text, sizeof(text));
    error_ = ngx::view(text, end);
    std::transform(error_.begin(), error_.end(), error_.begin(),
                   [](char c) { return static_cast<char>(ngx_tolower(c)); });
    return error_.c_str();
}

LocalAddress parse_local(std::string_view text, ngx_log_t* log) noexcept {
    LocalAddress local;
    ngx_addr_t parsed = {};
    ngx_pool_t* scratch = ngx_create_pool(256, log);
    if (scratch == nullptr) {
        return local;
    }
    ngx_int_t rc = ngx_parse_addr_port(scratch, &parsed, ngx::bytes(text.data()), text.size());
    if (rc == NGX_OK && parsed.socklen <= static_cast<socklen_t>(sizeof(local.address))) {
        ngx_memcpy(&local.address, parsed.sockaddr, parsed.socklen);
        local.length = parsed.socklen;
    }
    ngx_destroy_pool(scratch);
    return local;
}

ngx_connection_t* no_connection() noexcept {
    static ngx_connection_t connection;
    connection.fd = static_cast<ngx_socket_t>(-1);
    return &connection;
}

} // namespace lua::net
