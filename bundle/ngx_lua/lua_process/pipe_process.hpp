// A child process of ngx.pipe with our ends of its standard streams, and the task that waits for
// its end.
//
// Belongs to a Lua object. When that is collected, or the host that made it ends, a living child is
// killed; the Process itself ends when Lua has given it up and the child has been collected too.
// Other hosts of the same worker may use it, one task at a time for each stream and for wait().
#pragma once

#include "lua_engine/host.hpp"
#include "lua_process/child.hpp"
#include "lua_process/pipe_reader.hpp"
#include "lua_process/pipe_writer.hpp"
#include "lua_process/reaper.hpp"

namespace lua::pipe {

// Waiting for the child's end. The task is resumed with (ok, reason, status) or (nil, "timeout").
class ExitWait final : public Wait {
public:
    ExitWait() noexcept : timeout_(*this) {}

    void start(Host& host, ngx_msec_t timeout) noexcept;
    void finish(bool ok, const char* reason, int status) noexcept;

private:
    void cancel() noexcept override;
    void timed_out() noexcept;

    Timeout<ExitWait, &ExitWait::timed_out> timeout_;
};

class Process final : public Child, public HostResource {
public:
    // Null: *error is set, in static memory or in `room`.
    [[nodiscard]] static Process* spawn(Host* host, const Program& program, size_t buffer_size,
                                        std::span<char> room, std::string_view* error) noexcept;

    // The Lua object is gone.
    void give_up() noexcept;

    // How the child ended: exit code or signal.
    struct End {
        bool ok;
        const char* reason; // "exit", "signal"
        int status;
    };

    // NGX_OK: it has ended, *end is set; NGX_AGAIN: the task waits; NGX_ERROR: *error is set.
    [[nodiscard]] ngx_int_t wait(Host& host, ngx_msec_t timeout, End* end,
                                 const char** error) noexcept;

    // Null, or the error.
    [[nodiscard]] const char* kill(int signo) noexcept;

    // The end has been told by wait(): there is nothing left to talk to.
    [[nodiscard]] bool over() const noexcept { return state_ == State::told; }
    [[nodiscard]] bool merges_stderr() const noexcept { return merges_stderr_; }

    Writer in;
    Reader out;
    Reader err;

private:
    enum class State : uint8_t {
        running,
        ended, // status_ is set
        told,  // and wait() has returned it
    };

    Process(const Program& program, size_t buffer_size) noexcept
        : out("stdout", buffer_size), err("stderr", buffer_size),
          merges_stderr_(program.merge_stderr) {}
    ~Process() = default;

    void on_exit(int status) noexcept override;
    void on_host_end() noexcept override { end(); }
    void end() noexcept;
    [[nodiscard]] End tell() noexcept;
    void remove() noexcept;

    ExitWait exit_;
    int status_ = 0;
    State state_ = State::running;
    bool merges_stderr_;
    bool ended_ = false;    // by end()
    bool given_up_ = false; // by Lua, while the child lived
};

} // namespace lua::pipe
