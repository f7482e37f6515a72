#include "lua_process/reaper.hpp"

#include "lua_process/event_flags.hpp"

#include <sys/wait.h>

namespace lua::pipe {

struct ChildList {
    static inline Child* first = nullptr;

    static void add(Child& child) noexcept {
        child.next_ = first;
        child.prev_ = nullptr;
        if (first != nullptr) {
            first->prev_ = &child;
        }
        first = &child;
    }

    static void remove(Child& child) noexcept {
        (child.prev_ == nullptr ? first : child.prev_->next_) = child.next_;
        if (child.next_ != nullptr) {
            child.next_->prev_ = child.prev_;
        }
    }

    // Ending one may delete it, but no other one.
    static void check_all() noexcept {
        for (Child* child = first; child != nullptr;) {
            Child* next = child->next_;
            child->check();
            child = next;
        }
    }
};

namespace {

// Written by the signal handler; -1 as long as no child was ever watched.
volatile int wakeup_fd = -1;

void on_signal(int signo, siginfo_t* info, void*) noexcept {
    const ngx_err_t saved = ngx_errno;
    ngx_time_sigsafe_update();
    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0, "signal %d (SIGCHLD) received from %P", signo,
                  info->si_pid);
    if (wakeup_fd >= 0) {
        // A full pipe wakes the event loop just as well.
        [[maybe_unused]] ssize_t n = write(wakeup_fd, "", 1);
    }
    ngx_set_errno(saved);
}

void on_wakeup(ngx_event_t* ev) noexcept {
    const auto* connection = static_cast<ngx_connection_t*>(ev->data);
    char drained[256];
    while (read(connection->fd, drained, sizeof(drained)) > 0) {
    }
    ChildList::check_all();
}

bool open_wakeup() noexcept {
    if (wakeup_fd >= 0) {
        return true;
    }
    int fds[2];
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    ngx_connection_t* connection = ngx_get_connection(fds[0], ngx_cycle->log);
    if (connection == nullptr) {
        close(fds[0]);
        close(fds[1]);
        return false;
    }
    connection->log = ngx_cycle->log;
    connection->read->log = ngx_cycle->log;
    connection->write->log = ngx_cycle->log;
    connection->read->handler = on_wakeup;
    may_stay_open(*connection->read);
    if (ngx_add_event(connection->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_close_connection(connection);
        close(fds[1]);
        return false;
    }
    wakeup_fd = fds[1];
    return true;
}

} // namespace

bool Child::watch(pid_t pid) noexcept {
    pid_ = pid;
    ChildList::add(*this);
    return open_wakeup();
}

void Child::check() noexcept {
    int status = 0;
    pid_t pid;
    do {
        pid = waitpid(pid_, &status, WNOHANG);
    } while (pid < 0 && ngx_errno == NGX_EINTR);
    if (pid == 0) {
        return;
    }
    if (pid < 0) { // somebody else has collected it
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno, "lua pipe waitpid failed");
    }
    ChildList::remove(*this);
    on_exit(status);
}

void take_over_sigchld(ngx_cycle_t* cycle) noexcept {
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGCHLD, &action, nullptr) != 0) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno, "sigaction(SIGCHLD) failed");
    }
}

} // namespace lua::pipe
