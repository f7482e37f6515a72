// Our end of a pipe to a child's standard stream, and what at most one task does with it: Reader
// and Writer.
//
// An operation first tries without waiting. If the pipe would block, the task waits: the end is its
// Wait, watches the pipe by a connection of nginx (taken at the first wait), and goes on with the
// operation whenever there is something to do. The outcome stays here until Lua fetches it; only
// then, or when the task was killed, may another task begin.
//
// A member of its Process.
#pragma once

#include "lua_engine/timeout.hpp"
#include "lua_engine/wait.hpp"
#include "ngx/nginx.hpp"

namespace lua {
class Host;
}

namespace lua::pipe {

class PipeEnd : public Wait {
public:
    enum class Direction : uint8_t { read, write };

    struct Outcome {
        ngx_int_t code = NGX_OK; // NGX_AGAIN: the task waits; else what the FFI function returns
        const char* error = nullptr;
    };

    // The file descriptor, non-blocking, is this object's from now on.
    void open(int fd) noexcept { fd_ = fd; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    void close() noexcept;

    // Closes it; a task that waits gets "aborted".
    void shut_down() noexcept;

    // A task waits, or has been woken and has not fetched the outcome yet.
    [[nodiscard]] bool in_use() const noexcept;

protected:
    explicit PipeEnd(Direction direction) noexcept : direction_(direction), timeout_(*this) {}
    ~PipeEnd() { close(); }

    // Moves bytes until the operation is over (true; outcome_ is set) or the pipe would block.
    virtual bool advance() noexcept = 0;

    // The pipe would block: host's running task waits.
    Outcome wait(Host& host, ngx_msec_t timeout) noexcept;

    // The outcome is for the running task to fetch.
    void use() noexcept;

    // For advance(): the operation is over.
    bool finish(ngx_int_t code, const char* error = nullptr) noexcept {
        outcome_ = {code, error};
        return true;
    }
    // Sets the outcome of an operation that took too long.
    virtual void on_timeout() noexcept { finish(NGX_ERROR, "timeout"); }

    void disarm() noexcept { timeout_.stop(); }

    Outcome outcome_;
    bool unfetched_ = false;
    int fd_ = -1;

private:
    static void on_event(ngx_event_t* ev) noexcept;
    [[nodiscard]] const char* arm() noexcept;
    [[nodiscard]] bool connect() noexcept;
    void timed_out() noexcept;
    void wake() noexcept;

    ngx_connection_t* connection_ = nullptr;
    const Task* user_ = nullptr;
    Direction direction_;
    Timeout<PipeEnd, &PipeEnd::timed_out> timeout_;
};

} // namespace lua::pipe
