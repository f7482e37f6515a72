// A TCP or unix-domain stream socket of Lua code (ngx.socket.tcp, ngx.req.socket): a connection,
// and what can be done with it. It is the userdata in slot 1 of the socket's table: Lua's collector
// owns it, and the host that it was made for closes it at its end.
//
// Three operations may be pending at a time, each its own Wait: connecting, reading and writing;
// two light threads may thus read and write at once. Errors close the half that they happen in; the
// connection is closed with its second half.
//
// A socket may wrap a connection that exists already (of a client): then it is not closed here, and
// the binding passes events on to reader.on_event() and writer.on_event().
#pragma once

#include "lua_engine/host.hpp"
#include "lua_net/connector.hpp"
#include "lua_net/reader.hpp"
#include "lua_net/settings.hpp"
#include "lua_net/tls_client.hpp"
#include "lua_net/writer.hpp"

#include <string>

namespace lua::net {

class TcpSocket final : public HostResource {
public:
    enum class Kind : uint8_t {
        client, // ngx.socket.tcp
        body,   // ngx.req.socket(): the rest of a request body
        raw,    // ngx.req.socket(true)
    };

    TcpSocket() noexcept;
    ~TcpSocket();

    // The operation that would disturb what is pending; null: none.
    [[nodiscard]] const char* busy_connecting() const noexcept {
        return connector.pending() || shakes_hands() ? "socket busy connecting" : nullptr;
    }
    [[nodiscard]] const char* busy_reading() const noexcept {
        const char* connecting = busy_connecting();
        return connecting != nullptr || !reader.pending() ? connecting : "socket busy reading";
    }
    [[nodiscard]] const char* busy_writing() const noexcept {
        const char* connecting = busy_connecting();
        return connecting != nullptr || !writer.pending() ? connecting : "socket busy writing";
    }
    [[nodiscard]] const char* busy() const noexcept {
        const char* reading = busy_reading();
        return reading != nullptr ? reading : busy_writing();
    }

    // It was made for what runs now, or for nothing yet.
    [[nodiscard]] bool usable_here() const noexcept {
        return host() == current().host || same_request();
    }

    // Makes this a socket of `host`, for a connection to come.
    [[nodiscard]] bool belong_to(Host& host) noexcept;

    // Takes over a connection that is established.
    void adopt(ngx_connection_t* c) noexcept;
    // Gives it up, without closing it.
    [[nodiscard]] ngx_connection_t* release() noexcept;

    // Wraps a client's connection. `limit` is how many bytes may be read.
    void wrap(ngx_connection_t* c, Kind what, off_t limit) noexcept;

    void close() noexcept;
    void abort() noexcept;
    void close_reading() noexcept;
    void close_writing() noexcept;

    // Text for an error of a system call; good until the next one of this socket.
    [[nodiscard]] const char* error_text(ngx_err_t error) noexcept;
    [[nodiscard]] const char* error_text(std::string&& text) noexcept;

    // Logs that an operation, "read" or "write", timed out.
    void log_timeout(const char* what) noexcept;

    [[nodiscard]] const Settings& settings() const noexcept { return *settings_; }
    [[nodiscard]] ngx_log_t* log() noexcept { return &log_; }

    // To receive from the connection, within the limit.
    [[nodiscard]] ssize_t receive(u_char* to, size_t size) noexcept;

    // How the last operation went wrong, as log lines show it.
    enum Fault : unsigned {
        fault_error = 0x1,
        fault_timeout = 0x2,
        fault_closed = 0x4,
        fault_resolver = 0x8,
        fault_aborted = 0x80,
        fault_tls = 0x100,
    };

    Connector connector;
    Reader reader;
    Writer writer;
#if (NGX_SSL)
    TlsClient tls;
#endif
    ngx_connection_t* connection = nullptr;
    Pool* pool = nullptr; // that counts the connection
    ngx_uint_t reused = 0;
    ngx_msec_t connect_timeout = 0;
    ngx_msec_t send_timeout = 0;
    ngx_msec_t read_timeout = 0;
    off_t limit = kNoLimit; // bytes that may be received yet
    unsigned faults = 0;
    Kind kind = Kind::client;

    static constexpr off_t kNoLimit = -1;

private:
    void on_host_end() noexcept override;

    [[nodiscard]] bool shakes_hands() const noexcept {
#if (NGX_SSL)
        return tls.pending();
#else
        return false;
#endif
    }
    [[nodiscard]] bool same_request() const noexcept;
    static void on_read(ngx_event_t* ev) noexcept;
    static void on_write(ngx_event_t* ev) noexcept;
    static u_char* add_upstream(ngx_log_t* log, u_char* buf, size_t len) noexcept;

    const Settings* settings_ = nullptr;
    ngx_log_t log_ = {}; // the host's, with the peer's name in each line
    ngx_log_t* host_log_ = nullptr;
    std::string error_;
    bool served_ = false; // it had a host once
};

// Logs that something ("receive", "send") was tried on a closed socket, or one that never was
// connected (null).
void log_closed(const TcpSocket* socket, const char* what) noexcept;

} // namespace lua::net
