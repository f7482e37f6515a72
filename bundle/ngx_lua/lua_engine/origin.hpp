// What a timer keeps of the host that created it: whom it served, for log lines, where it logged
// to, and how sockets are configured there. One for all timers of a host, and of the hosts of those
// timers; counted references.
#pragma once

#include "ngx/nginx.hpp"

namespace lua {

namespace net {
struct Settings;
}

class Origin {
public:
    // `log`, the settings and the listening socket's address belong to the configuration, `client`
    // is copied; both addresses are empty where nobody is served. Null when memory is short.
    [[nodiscard]] static Origin* make(const ngx_log_t& log, ngx_str_t client, ngx_str_t server,
                                      const net::Settings* settings) noexcept;

    void retain() noexcept { references_++; }
    void release() noexcept;

    // ", client: 127.0.0.1, server: 0.0.0.0:80" at the end of a log line.
    u_char* append(u_char* buf, size_t len) const noexcept;

    [[nodiscard]] const ngx_log_t& log() const noexcept { return log_; }
    [[nodiscard]] const net::Settings* net_settings() const noexcept { return settings_; }

private:
    Origin(const ngx_log_t& log, size_t client_len, ngx_str_t server,
           const net::Settings* settings) noexcept
        : log_(log), settings_(settings), server_(server), client_len_(client_len) {}

    const ngx_log_t& log_;
    const net::Settings* settings_;
    ngx_str_t server_;
    size_t client_len_; // the text follows the object
    unsigned references_ = 1;
};

} // namespace lua
