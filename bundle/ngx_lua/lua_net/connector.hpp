// How a socket gets its connection: from the pool, or by resolving the host's name and connecting;
// if the pool is full, after waiting for its turn. One object per socket, in one state at a time.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_net/io_result.hpp"
#include "lua_net/socket.hpp"

namespace lua::net {

class Pool;
class TcpSocket;

// The arguments of connect(), as its Lua half has checked them (ngx_lua_connect_t there).
struct ConnectRequest {
    const char* host;
    size_t host_len;
    const char* key; // of the pool
    size_t key_len;
    const char* bind; // "address" or "address:port"; null: any
    size_t bind_len;
    int32_t port;      // -1: none, a unix socket
    int32_t pool_size; // 0: not given
    int32_t backlog;   // -1: not given
    int32_t transparent;
    int32_t connect_timeout; // ms; 0: as configured; likewise the others
    int32_t send_timeout;
    int32_t read_timeout;
};

class Connector final : public Wait {
public:
    explicit Connector(TcpSocket& socket) noexcept : socket_(socket) {}

    // Begins to connect. kYield: the running task waits for it.
    [[nodiscard]] int start(const ConnectRequest& request, IoResult& out) noexcept;

    // Of an operation that waited, once the task goes on.
    [[nodiscard]] int result(IoResult& out) noexcept;

    // It is this one's turn at the pool.
    void on_turn() noexcept;

    // The connection is made or failed, or the timer has fired.
    void on_event() noexcept;

    Connector* next_in_queue = nullptr;

private:
    void cancel() noexcept override;

    enum class State : uint8_t {
        idle,
        queued,     // waits for its turn at the pool
        resolving,  // the name
        connecting, // waits for the kernel
    };

    void accept(const ConnectRequest& request) noexcept;

    // The steps; each does what it can at once and goes on with the next one.
    [[nodiscard]] int enter_pool(const ConnectRequest& request) noexcept;
    [[nodiscard]] int wait_for_turn() noexcept;
    [[nodiscard]] bool reuse() noexcept;
    [[nodiscard]] int find_address() noexcept;
    [[nodiscard]] int found(PeerAddress::Found found) noexcept;
    [[nodiscard]] int connect() noexcept;
    [[nodiscard]] int connected() noexcept;

    [[nodiscard]] int fail(const char* error) noexcept;
    void stop_queue_timer() noexcept;
    void finish(int code) noexcept;

    static void on_found(void* owner, PeerAddress::Found found) noexcept;
    static void on_queue_timer(ngx_event_t* ev) noexcept;

    // nginx hands the event back.
    struct Timer {
        ngx_event_t event = {};
        Connector* owner = nullptr;
    };

    TcpSocket& socket_;
    State state_ = State::idle;
    bool transparent_ = false;
    int code_ = kDone;
    const char* error_ = nullptr;
    LocalAddress local_;
    Timer queue_timer_;
};

} // namespace lua::net
