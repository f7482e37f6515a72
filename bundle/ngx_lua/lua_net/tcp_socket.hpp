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

#include "lua_net/connector.hpp"
#include "lua_net/reader.hpp"
#include "lua_net/socket.hpp"
#include "lua_net/tls_client.hpp"
#include "lua_net/user_data.hpp"
#include "lua_net/writer.hpp"

#include <memory>

namespace lua::net {

class TcpSocket;

// What a binding does with a client's connection beside the socket that wraps it.
class SharedConnection {
public:
    // A read begins: hands over what was read for somebody else before. False: memory is short.
    [[nodiscard]] virtual bool before_read(TcpSocket& socket) noexcept = 0;
    // A write begins: null, or why it cannot.
    [[nodiscard]] virtual const char* before_write(TcpSocket& socket) noexcept = 0;

protected:
    ~SharedConnection() = default;
};

class TcpSocket final : public Socket {
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

    // Takes over a connection that is established.
    void adopt(ngx_connection_t* c) noexcept;
    // Gives it up, without closing it.
    [[nodiscard]] ngx_connection_t* release() noexcept;

    // Wraps a client's connection. `slot` holds the binding's pointer to this, and loses it when
    // the collector takes this; `rest`, if not null, counts the bytes that may be read yet.
    void wrap(ngx_connection_t* c, Kind what, TcpSocket*& slot, off_t* rest) noexcept;

    void close() noexcept;
    void abort() noexcept;
    void close_reading() noexcept;
    void close_writing() noexcept;

    // Logs that an operation, "read" or "write", timed out.
    void log_timeout(const char* what) noexcept;

    // The end of what may be read, short of the connection's own.
    [[nodiscard]] bool at_limit() const noexcept { return rest != nullptr && *rest == 0; }
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
    std::unique_ptr<UserData> user_data; // goes with the connection
    ngx_msec_t connect_timeout = 0;
    ngx_msec_t send_timeout = 0;
    ngx_msec_t read_timeout = 0;
    SharedConnection* shared = nullptr;
    off_t* rest = nullptr;            // bytes that may be received yet; null: any number
    const char* early_end = "closed"; // the error where a client's connection ends
    unsigned faults = 0;
    Kind kind = Kind::client;

private:
    void on_host_end() noexcept override;

    [[nodiscard]] bool shakes_hands() const noexcept {
#if (NGX_SSL)
        return tls.pending();
#else
        return false;
#endif
    }
    static void on_read(ngx_event_t* ev) noexcept;
    static void on_write(ngx_event_t* ev) noexcept;

    TcpSocket** slot_ = nullptr;
};

// Logs that something ("receive", "send") was tried on a closed socket, or one that never was
// connected (null).
void log_closed(const TcpSocket* socket, const char* what) noexcept;

} // namespace lua::net
