// Who a socket is connected to, as Lua code names it, and finding the address behind the name: a
// number, a unix path, or what nginx's resolver says.
#pragma once

#include "ngx/nginx.hpp"

#include <string>
#include <string_view>

namespace lua::net {

struct Settings;

class PeerAddress {
public:
    PeerAddress() = default;
    PeerAddress(const PeerAddress&) = delete;
    PeerAddress& operator=(const PeerAddress&) = delete;
    ~PeerAddress() { stop(); }

    enum class Found : uint8_t { yes, no, later };

    // port -1: none, `host` is a unix path.
    void set(std::string_view host, int port);

    // Looks for the address; if the resolver has to be asked, `on_found(owner, found)` comes later.
    using OnFound = void (*)(void* owner, Found found);
    [[nodiscard]] Found find(const Settings& settings, ngx_log_t* log, OnFound on_found,
                             void* owner) noexcept;

    // Forgets a question to the resolver.
    void stop() noexcept;
    [[nodiscard]] bool pending() const noexcept { return resolution_ != nullptr; }

    [[nodiscard]] sockaddr* address() noexcept { return &address_.sockaddr; }
    [[nodiscard]] socklen_t length() const noexcept { return length_; }
    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    [[nodiscard]] int port() const noexcept { return port_; }
    // Why nothing was found.
    [[nodiscard]] const char* error() const noexcept { return error_.c_str(); }

    // ", upstream: host:port(address)" for log lines.
    [[nodiscard]] u_char* describe(u_char* buf, u_char* end) const noexcept;

private:
    [[nodiscard]] bool parse_number() noexcept;
    [[nodiscard]] Found parse_name(const Settings& settings, ngx_log_t* log) noexcept;
    [[nodiscard]] Found resolve(const Settings& settings, const ngx_str_t& name) noexcept;
    [[nodiscard]] Found take(ngx_resolver_ctx_t* ctx) noexcept;
    [[nodiscard]] Found fail(std::string&& why) noexcept;
    static void on_resolved(ngx_resolver_ctx_t* ctx) noexcept;

    std::string host_; // as given
    std::string error_;
    ngx_resolver_ctx_t* resolution_ = nullptr;
    OnFound on_found_ = nullptr;
    void* owner_ = nullptr;
    ngx_sockaddr_t address_ = {};
    socklen_t length_ = 0; // 0: not known (yet)
    int port_ = -1;
    Found at_once_ = Found::no;
    bool asking_ = false; // inside ngx_resolve_name, which may answer at once
};

} // namespace lua::net
