#include "lua_net/peer_address.hpp"

#include "lua_net/settings.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::net {

void PeerAddress::set(std::string_view host, int port) {
    host_ = host;
    port_ = port;
    length_ = 0;
}

PeerAddress::Found PeerAddress::find(const Settings& settings, ngx_log_t* log, OnFound on_found,
                                     void* owner) noexcept {
    on_found_ = on_found;
    owner_ = owner;
    return parse_number() ? Found::yes : parse_name(settings, log);
}

PeerAddress::Found PeerAddress::fail(std::string&& why) noexcept {
    error_ = std::move(why);
    return Found::no;
}

// IPv4 and IPv6 addresses, without any allocation.
bool PeerAddress::parse_number() noexcept {
    u_char* text = ngx::bytes(host_.data());
    in_port_t port = htons(static_cast<in_port_t>(port_));

    in_addr_t v4 = ngx_inet_addr(text, host_.size());
    if (v4 != INADDR_NONE) {
        address_ = {};
        address_.sockaddr_in.sin_family = AF_INET;
        address_.sockaddr_in.sin_addr.s_addr = v4;
        address_.sockaddr_in.sin_port = port;
        length_ = sizeof(sockaddr_in);
        return true;
    }
#if (NGX_HAVE_INET6)
    if (host_.size() > 2 && host_.front() == '[' && host_.back() == ']') {
        address_ = {};
        u_char* v6 = address_.sockaddr_in6.sin6_addr.s6_addr;
        if (ngx_inet6_addr(text + 1, host_.size() - 2, v6) == NGX_OK) {
            address_.sockaddr_in6.sin6_family = AF_INET6;
            address_.sockaddr_in6.sin6_port = port;
            length_ = sizeof(sockaddr_in6);
            return true;
        }
    }
#endif
    return false;
}

PeerAddress::Found PeerAddress::parse_name(const Settings& settings, ngx_log_t* log) noexcept {
    ngx_pool_t* scratch = ngx_create_pool(1024, log);
    if (scratch == nullptr) {
        return fail("no memory");
    }
    ngx_url_t url = {};
    url.url = ngx::str(host_);
    url.default_port = static_cast<in_port_t>(port_);
    url.no_resolve = 1;

    Found found = Found::yes;
    if (ngx_parse_url(scratch, &url) != NGX_OK) {
        std::string why = "failed to parse host name \"" + host_ + "\"";
        found = fail(url.err == nullptr ? std::move(why) : why + ": " + url.err);
    } else if (url.addrs != nullptr && url.addrs[0].sockaddr != nullptr) {
        length_ = ngx_min(url.addrs[0].socklen, static_cast<socklen_t>(sizeof(address_)));
        ngx_memcpy(&address_, url.addrs[0].sockaddr, length_);
    } else {
        found = resolve(settings, url.host);
    }
    ngx_destroy_pool(scratch);
    return found;
}

PeerAddress::Found PeerAddress::resolve(const Settings& settings, const ngx_str_t& name) noexcept {
    ngx_resolver_ctx_t wanted = {};
    wanted.name = name;
    ngx_resolver_ctx_t* ctx = settings.resolver == nullptr
                                  ? static_cast<ngx_resolver_ctx_t*>(NGX_NO_RESOLVER)
                                  : ngx_resolve_start(settings.resolver, &wanted);
    if (ctx == NGX_NO_RESOLVER) {
        return fail("no resolver defined to resolve \"" + host_ + "\"");
    }
    if (ctx == nullptr) {
        return fail("failed to start the resolver");
    }
    // The name lies in host_, which stays until the resolver is done with it.
    ctx->name = name;
    ctx->handler = on_resolved;
    ctx->data = this;
    ctx->timeout = settings.resolver_timeout;

    resolution_ = ctx;
    asking_ = true;
    ngx_int_t rc = ngx_resolve_name(ctx);
    asking_ = false;
    if (rc != NGX_OK) {
        resolution_ = nullptr; // the resolver has freed it
        return fail("resolver not working");
    }
    return resolution_ == nullptr ? at_once_ : Found::later;
}

void PeerAddress::on_resolved(ngx_resolver_ctx_t* ctx) noexcept {
    auto& self = *static_cast<PeerAddress*>(ctx->data);
    Found found = self.take(ctx);
    self.stop();
    if (self.asking_) {
        self.at_once_ = found;
    } else {
        self.on_found_(self.owner_, found);
    }
}

PeerAddress::Found PeerAddress::take(ngx_resolver_ctx_t* ctx) noexcept {
    if (ctx->state != 0) {
        std::string why(ngx::view(ctx->name));
        why += " could not be resolved (" + std::to_string(ctx->state) + ": " +
               ngx_resolver_strerror(ctx->state) + ")";
        return fail(std::move(why));
    }
    ngx_uint_t chosen = ctx->naddrs == 1 ? 0 : static_cast<ngx_uint_t>(ngx_random()) % ctx->naddrs;
    const ngx_resolver_addr_t& addr = ctx->addrs[chosen];
    length_ = ngx_min(addr.socklen, static_cast<socklen_t>(sizeof(address_)));
    ngx_memcpy(&address_, addr.sockaddr, length_);
    ngx_inet_set_port(&address_.sockaddr, static_cast<in_port_t>(port_));
    return Found::yes;
}

void PeerAddress::stop() noexcept {
    if (resolution_ != nullptr) {
        ngx_resolver_ctx_t* ctx = resolution_;
        resolution_ = nullptr;
        ngx_resolve_name_done(ctx);
    }
}

u_char* PeerAddress::describe(u_char* buf, u_char* end) const noexcept {
    if (host_.empty()) {
        return buf;
    }
    u_char* p = ngx_slprintf(buf, end, ", upstream: %s", host_.c_str());
    if (port_ >= 0) {
        p = ngx_slprintf(p, end, ":%d", port_);
    }
    if (length_ == 0) {
        return p;
    }
    u_char text[NGX_SOCKADDR_STRLEN];
    size_t size =
        ngx_sock_ntop(const_cast<sockaddr*>(&address_.sockaddr), length_, text, sizeof(text), 0);
    return ngx_slprintf(p, end, "(%*s)", size, text);
}

} // namespace lua::net
