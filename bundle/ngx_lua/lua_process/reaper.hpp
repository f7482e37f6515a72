// Notices the end of child processes.
//
// nginx's own SIGCHLD handler collects whatever child ended, which a worker must not do: its
// children belong to ngx.pipe, io.popen, or a library. So workers get a handler of ours, which only
// writes to a pipe that the event loop reads; then the children watched here, and no others, are
// collected.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::pipe {

// A child process of this one. Its owner watches it until it has ended.
class Child {
public:
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    // Collects the child if it has ended; on_exit() is then called.
    void check() noexcept;

protected:
    Child() = default;
    ~Child() = default;

    // Starts to watch; false when no connection is left for the reaper.
    [[nodiscard]] bool watch(pid_t pid) noexcept;

    // The child has ended, with what waitpid() says; it is watched no more. May delete this.
    virtual void on_exit(int status) noexcept = 0;

private:
    friend struct ChildList;

    pid_t pid_ = -1;
    Child* next_ = nullptr;
    Child* prev_ = nullptr;
};

// Takes SIGCHLD over in this process (a worker that has just started).
void take_over_sigchld(ngx_cycle_t* cycle) noexcept;

} // namespace lua::pipe
