// A UDP or unix-domain datagram socket of Lua code (ngx.socket.udp). Like a TcpSocket it is the
// userdata in slot 1 of the socket's table, and closes with the host that it was made for.
//
// One operation may be pending at a time: finding the peer's address, or waiting for a datagram,
// which stays in the kernel until the task goes on and takes it.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_net/io_result.hpp"
#include "lua_net/socket.hpp"
#include "lua_text/ffi_types.hpp"

namespace lua::net {

class UdpSocket final : public Socket, public Wait {
public:
    UdpSocket() = default;
    ~UdpSocket() { close(); }

    struct Peer { // ngx_lua_udp_peer_t in Lua
        const char* host;
        size_t host_len;
        const char* bind; // null: any address
        size_t bind_len;
        int32_t port; // -1: none, a unix socket
    };

    // Each kDone, kFailed or, if the running task is to wait, kYield; then the result follows.
    [[nodiscard]] int connect(const Peer& to, IoResult& out) noexcept;
    [[nodiscard]] int connect_result(IoResult& out) noexcept;
    [[nodiscard]] int receive(size_t size, IoResult& out) noexcept;
    [[nodiscard]] int receive_result(IoResult& out) noexcept;

    [[nodiscard]] int send(const OutCell* cells, int count, IoResult& out) noexcept;
    void close() noexcept;

    ngx_connection_t* connection = nullptr;
    ngx_msec_t read_timeout = 0; // 0: as configured

private:
    void on_host_end() noexcept override;
    void cancel() noexcept override;

    [[nodiscard]] int found(PeerAddress::Found found) noexcept;
    [[nodiscard]] int open() noexcept;
    [[nodiscard]] int fail(const char* error) noexcept;
    [[nodiscard]] int wait_for_datagram() noexcept;
    static void on_found(void* owner, PeerAddress::Found found) noexcept;
    static void on_read(ngx_event_t* ev) noexcept;

    LocalAddress local_;
    size_t size_ = 0; // of the datagram wanted
    const char* error_ = nullptr;
    int code_ = kDone;
};

} // namespace lua::net
