#include "lua_process/child.hpp"

#include "ngx/nginx.hpp"

#include <csignal>
#include <sched.h>
#include <sys/syscall.h>

namespace lua::pipe {
namespace {

constexpr int kFirstOther = 3; // behind the standard streams

// Both ends of a pipe; they are closed with it unless taken.
class Pipe {
public:
    ~Pipe() {
        close(read_);
        close(write_);
    }
    Pipe() = default;
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    // Neither end is 0, 1 or 2, which a server may have closed: the child's are put there.
    bool open() {
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) != 0) {
            return false;
        }
        read_ = lift(fds[0]);
        write_ = lift(fds[1]);
        return read_ >= 0 && write_ >= 0;
    }

    [[nodiscard]] int read_end() const { return read_; }
    [[nodiscard]] int write_end() const { return write_; }

    // The end for this process: never blocks.
    int take_read_end() { return take(read_); }
    int take_write_end() { return take(write_); }

private:
    static int lift(int fd) {
        if (fd >= kFirstOther) {
            return fd;
        }
        int lifted = fcntl(fd, F_DUPFD_CLOEXEC, kFirstOther);
        close(fd);
        return lifted;
    }

    static int take(int& end) {
        int fd = end;
        end = -1;
        ngx_nonblocking(fd);
        return fd;
    }

    static void close(int fd) {
        if (fd >= 0) {
            ::close(fd);
        }
    }

    int read_ = -1;
    int write_ = -1;
};

struct Streams {
    int in;
    int out;
    int err;
};

class AllSignalsBlocked {
public:
    AllSignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &saved_);
    }
    ~AllSignalsBlocked() { sigprocmask(SIG_SETMASK, &saved_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

private:
    sigset_t saved_;
};

void close_other_files() noexcept {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, kFirstOther, ~0U, 0) == 0) {
        return;
    }
#endif
    const auto* listening = static_cast<const ngx_listening_t*>(ngx_cycle->listening.elts);
    for (ngx_uint_t i = 0; i < ngx_cycle->listening.nelts; i++) {
        close(listening[i].fd); // the only ones without FD_CLOEXEC
    }
}

void reset_signals() noexcept {
    for (int signo = 1; signo < NSIG; signo++) {
        signal(signo, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void leave_cpu_binding() noexcept {
#ifdef CPU_SETSIZE
    cpu_set_t all;
    memset(&all, 0xff, sizeof(all));
    sched_setaffinity(0, sizeof(all), &all);
#endif
}

// In the child, which still uses the parent's memory and stack: nothing here may return or change
// what the parent goes on with, *exec_error excepted.
[[noreturn]] void become(const Program& program, const Streams& streams,
                         volatile int* exec_error) noexcept {
    dup2(streams.in, STDIN_FILENO);
    dup2(streams.out, STDOUT_FILENO);
    dup2(streams.err, STDERR_FILENO);
    close_other_files();
    leave_cpu_binding();
    reset_signals();
    if (program.environment != nullptr) {
        execvpe(program.file, program.argv, program.environment);
    } else {
        execvp(program.file, program.argv);
    }
    *exec_error = errno;
    _exit(1);
}

[[gnu::noinline]] pid_t fork_child(const Program& program, const Streams& streams,
                                   volatile int* exec_error) noexcept {
    // Its handlers would run on our memory: the child gets signals only when it has reset them.
    AllSignalsBlocked scope;
    pid_t pid = vfork();
    if (pid == 0) {
        become(program, streams, exec_error);
    }
    return pid;
}

} // namespace

Started start(const Program& program) noexcept {
    Started started;
    Pipe in;
    Pipe out;
    Pipe err;
    if (!in.open() || !out.open() || (!program.merge_stderr && !err.open())) {
        started.failed = "pipe";
        started.error = errno;
        return started;
    }

    volatile int exec_error = 0;
    const int err_end = program.merge_stderr ? out.write_end() : err.write_end();
    started.pid = fork_child(program, {in.read_end(), out.write_end(), err_end}, &exec_error);
    if (started.pid < 0) {
        started.failed = "fork";
        started.error = errno;
        return started;
    }
    started.exec_error = exec_error;
    started.in = in.take_write_end();
    started.out = out.take_read_end();
    started.err = program.merge_stderr ? -1 : err.take_read_end();
    return started;
}

} // namespace lua::pipe
