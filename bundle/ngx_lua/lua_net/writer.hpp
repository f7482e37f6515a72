// The writing half of a socket: send. What the kernel does not take at once is copied, and the
// task waits until it is gone.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_net/io_result.hpp"
#include "lua_text/ffi_types.hpp"
#include "ngx/nginx.hpp"

#include <string>

namespace lua::net {

class TcpSocket;

class Writer final : public Wait {
public:
    explicit Writer(TcpSocket& socket) noexcept : socket_(socket) {}

    // Sends the cells. kYield: the running task waits for it.
    [[nodiscard]] int start(const OutCell* cells, int count, IoResult& out) noexcept;

    // Of an operation that waited, once the task goes on.
    [[nodiscard]] int result(IoResult& out) noexcept;

    // The connection can be written, or the timer has fired.
    void on_event() noexcept;

    // Ends the pending wait because of an error from elsewhere.
    void fail(const char* error) noexcept;

    bool closed = false; // an error or timeout has ended writing

private:
    void cancel() noexcept override;

    // NGX_OK: all is sent; NGX_AGAIN: the rest is kept; NGX_ERROR.
    [[nodiscard]] ngx_int_t send_small(const OutCell* cells, int count) noexcept;
    [[nodiscard]] ngx_int_t send_vector(const OutCell* cells, int count) noexcept;
    [[nodiscard]] ngx_int_t send_rest() noexcept;
    [[nodiscard]] bool set_nodelay() noexcept;
    void keep(const OutCell* cells, int count, size_t sent) noexcept;
    [[nodiscard]] int settle(ngx_int_t rc) noexcept;
    [[nodiscard]] int give_up(const char* error) noexcept;
    void finish(int code) noexcept;

    TcpSocket& socket_;
    std::string rest_; // from rest_sent_ on not sent yet
    size_t rest_sent_ = 0;
    size_t total_ = 0;
    const char* error_ = nullptr;
    int code_ = kDone;
};

} // namespace lua::net
