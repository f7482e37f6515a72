#include "lua_engine/origin.hpp"

#include "lua_engine/host.hpp"

#include <new>

namespace lua {

Origin* Origin::make(const ngx_log_t& log, ngx_str_t client, ngx_str_t server,
                     const net::Settings* settings) noexcept {
    void* memory = ngx_alloc(sizeof(Origin) + client.len, ngx_cycle->log);
    if (memory == nullptr) {
        return nullptr;
    }
    auto* origin = new (memory) Origin(log, client.len, server, settings);
    ngx_memcpy(static_cast<u_char*>(memory) + sizeof(Origin), client.data, client.len);
    return origin;
}

void Origin::release() noexcept {
    if (--references_ == 0) {
        ngx_free(this);
    }
}

void Host::adopt_origin(Origin& origin) noexcept {
    origin.retain();
    origin_ = &origin;
}

void Host::release_origin() noexcept {
    if (origin_ != nullptr) {
        origin_->release();
        origin_ = nullptr;
    }
}

u_char* Origin::append(u_char* buf, size_t len) const noexcept {
    u_char* last = buf + len;
    if (client_len_ != 0) {
        buf = ngx_slprintf(buf, last, ", client: %*s", client_len_,
                           reinterpret_cast<const u_char*>(this + 1));
    }
    if (server_.len != 0) {
        buf = ngx_slprintf(buf, last, ", server: %V", &server_);
    }
    return buf;
}

} // namespace lua
