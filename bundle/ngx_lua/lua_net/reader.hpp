// The reading half of a socket: receive, receiveany and the iterators of receiveuntil.
//
// An operation is tried at once; if the buffer, or the kernel, has what it asks for, it is over
// without a wait. Else the task waits for this, and every readable event tries again. Bytes leave
// the buffer only when an operation is over, so whatever one leaves there is the next one's.
#pragma once

#include "lua_engine/wait.hpp"
#include "lua_net/io_result.hpp"
#include "lua_net/pattern.hpp"
#include "lua_net/receive_buffer.hpp"

namespace lua::net {

class TcpSocket;

class Reader final : public Wait {
public:
    enum class Mode : uint8_t {
        line,  // up to LF; without it and without any CR
        size,  // exactly `size` bytes
        any,   // what is there, at most `size` bytes
        all,   // until the peer closes
        until, // up to the pattern; with a size, pieces of the way there
    };

    struct Request {
        Mode mode;
        size_t size;
        Pattern* pattern;
    };

    explicit Reader(TcpSocket& socket) noexcept : socket_(socket) {}

    // Begins an operation. kYield: the running task waits for it.
    [[nodiscard]] int start(const Request& request, IoResult& out) noexcept;

    // Takes a line that is in the buffer already; false if none is. Nothing else must be pending.
    [[nodiscard]] bool take_plain_line(IoResult& out) noexcept;

    // Of an operation that waited, once the task goes on.
    [[nodiscard]] int result(IoResult& out) noexcept;

    // The connection can be read, or the timer has fired.
    void on_event() noexcept;

    // Gives back the buffer's memory, unless a result that lies there was not taken yet.
    void drop() noexcept;

    // Ends the pending wait because of an error from elsewhere.
    void fail(const char* error) noexcept;

    ReceiveBuffer buffer;
    bool eof = false;    // the peer has closed its side
    bool closed = false; // an error has ended reading

private:
    void cancel() noexcept override;

    enum class Progress : uint8_t { done, more, failed };

    [[nodiscard]] int run() noexcept;
    [[nodiscard]] Progress take() noexcept;
    [[nodiscard]] Progress take_line() noexcept;
    [[nodiscard]] Progress take_until() noexcept;
    [[nodiscard]] Progress fill() noexcept;
    [[nodiscard]] int wait() noexcept;
    void deliver(size_t size, size_t consumed) noexcept;
    void deliver_partial(const char* error) noexcept;
    void finish(int code) noexcept;

    TcpSocket& socket_;
    Request request_ = {};
    Pattern::Search search_; // likewise how far a line has been looked at
    IoResult result_ = {};
    int code_ = kDone;
    bool has_result_ = false; // that the task has not taken
};

} // namespace lua::net
