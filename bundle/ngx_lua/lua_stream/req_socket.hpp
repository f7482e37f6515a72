// ngx.req.socket of a stream session: the client's connection as a socket of Lua code, beside
// ngx.say and its like, and beside nginx's preread buffer. The socket itself is lua_net's; here is
// what ties it to the session.
//
// What the preread phase has read goes to the socket when Lua code first receives; what the socket
// has read but not delivered when the preread handler ends goes back, so that nothing is lost for
// who comes next. A later handler may use the socket of the preread handler, or make its own in its
// place.
#pragma once

#include "lua_net/tcp_socket.hpp"
#include "ngx/stream.hpp"

namespace lua::stream {

class StreamHost;

class ReqSocket final : public net::SharedConnection {
public:
    explicit ReqSocket(StreamHost& host) noexcept : host_(host) {}
    ReqSocket(const ReqSocket&) = delete;
    ReqSocket& operator=(const ReqSocket&) = delete;

    // Makes `socket` the session's. Null, or a soft error.
    [[nodiscard]] const char* open(net::TcpSocket& socket) noexcept;

    // FIN to the client; nothing more can be sent. Null, or a soft error. `socket` is the one that
    // Lua code holds, which another may have replaced.
    [[nodiscard]] const char* shutdown_send(const net::TcpSocket& socket) noexcept;

    [[nodiscard]] bool reading() const noexcept {
        return socket_ != nullptr && socket_->reader.pending();
    }
    [[nodiscard]] bool writing() const noexcept {
        return socket_ != nullptr && socket_->writer.pending();
    }
    // Bytes were read that Lua code has not received.
    [[nodiscard]] bool has_unread() const noexcept;
    // Lua code has received something, so the beginning is not there any more.
    [[nodiscard]] bool consumed() const noexcept { return consumed_; }

    void on_read() noexcept { socket_->reader.on_event(); }
    void on_write() noexcept { socket_->writer.on_event(); }

    // The preread handler is over: whoever comes next reads where Lua code has stopped. False when
    // memory is short.
    [[nodiscard]] bool give_back() noexcept;

private:
    bool before_read(net::TcpSocket& socket) noexcept override;
    const char* before_write(net::TcpSocket& socket) noexcept override;

    StreamHost& host_;
    net::TcpSocket* socket_ = nullptr;
    bool consumed_ = false;
    bool inherited_ = false; // socket_ is of the preread handler, which is over
    bool shut_down_ = false;
};

} // namespace lua::stream
