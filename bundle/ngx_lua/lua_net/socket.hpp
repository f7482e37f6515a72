// What sockets of every kind have in common: the host that they were made for, its settings, the
// peer's name in their log lines, texts for errors.
#pragma once

#include "lua_engine/host.hpp"
#include "lua_net/peer_address.hpp"
#include "lua_net/settings.hpp"

#include <string>

namespace lua::net {

class Socket : public HostResource {
public:
    // It was made for what runs now, or for nothing yet.
    [[nodiscard]] bool usable_here() const noexcept {
        return host() == current().host || same_request();
    }

    // Makes this a socket of `host`, for a connection to come; false when memory is short.
    [[nodiscard]] bool belong_to(Host& host) noexcept;

    // Text for an error of a system call; good until the next one of this socket.
    [[nodiscard]] const char* error_text(ngx_err_t error) noexcept;

    [[nodiscard]] const Settings& settings() const noexcept { return *settings_; }
    [[nodiscard]] ngx_log_t* log() noexcept { return &log_; }

    PeerAddress peer;

protected:
    ~Socket() = default;

    // Gives a connection this socket's log and error level.
    void lend_log(ngx_connection_t& c) noexcept;

private:
    [[nodiscard]] bool same_request() const noexcept;
    static u_char* add_peer(ngx_log_t* log, u_char* buf, size_t len) noexcept;

    const Settings* settings_ = nullptr;
    ngx_log_t log_ = {}; // the host's, with the peer's name in each line
    ngx_log_t* host_log_ = nullptr;
    std::string error_;
    bool served_ = false; // it had a host once
};

// The local address of `c` to be, as bind() has checked it; false if it is none after all.
struct LocalAddress {
    ngx_sockaddr_t address = {};
    socklen_t length = 0; // 0: any
};
[[nodiscard]] LocalAddress parse_local(std::string_view text, ngx_log_t* log) noexcept;

// An event of a timer that belongs to no connection. nginx hands the event back, so it comes first;
// its `data` must look like a connection for debug logging.
[[nodiscard]] ngx_connection_t* no_connection() noexcept;

} // namespace lua::net
