#include "lua_process/pipe_process.hpp"

#include "lua_engine/host.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

#include <sys/wait.h>

namespace lua::pipe {

// --- ExitWait ---

void ExitWait::start(Host& host, ngx_msec_t timeout) noexcept {
    if (timeout != 0) {
        NGX_LUA_DEBUG(host.log(), "lua pipe add timer for waiting: %M(ms)", timeout);
        timeout_.start(timeout);
    }
    begin(*current().task);
}

void ExitWait::finish(bool ok, const char* reason, int status) noexcept {
    timeout_.stop();
    lua_State* L = task()->L;
    lua_checkstack(L, 3);
    lua_pushboolean(L, ok ? 1 : 0);
    lua_pushstring(L, reason);
    lua_pushinteger(L, status);
    complete(3);
}

void ExitWait::timed_out() noexcept {
    lua_State* L = task()->L;
    lua_checkstack(L, 2);
    lua_pushnil(L);
    lua_pushliteral(L, "timeout");
    complete(2);
}

void ExitWait::cancel() noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "lua pipe proc wait cleanup");
    timeout_.stop();
}

// --- Process ---

Process* Process::spawn(Host* host, const Program& program, size_t buffer_size,
                        std::span<char> room, std::string_view* error) noexcept {
    void* memory = ngx_alloc(sizeof(Process), ngx_cycle->log);
    if (memory == nullptr) {
        *error = "no memory";
        return nullptr;
    }
    auto* process = new (memory) Process(program, buffer_size);
    const Started started = start(program);
    if (started.failed != nullptr) {
        auto* first = reinterpret_cast<u_char*>(room.data());
        u_char* last = ngx_snprintf(first, room.size(), "%s failed: ", started.failed);
        last = ngx_strerror(started.error, last, room.size() - static_cast<size_t>(last - first));
        *error = ngx::view(first, last);
        process->remove();
        return nullptr;
    }
    if (started.exec_error != 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, started.exec_error,
                      "lua pipe child %s() failed while executing %s",
                      program.environment == nullptr ? "execvp" : "execvpe", program.file);
    }
    process->in.open(started.in);
    process->out.open(started.out);
    process->err.open(started.err);
    const bool watched = process->watch(started.pid);
    if (!watched || (host != nullptr && !process->attach(*host))) {
        process->give_up();
        *error = watched ? "no memory" : "no connection";
        return nullptr;
    }
    return process;
}

// Nothing is left to talk to, and a living child is killed.
void Process::end() noexcept {
    if (ended_) {
        return;
    }
    ended_ = true;
    NGX_LUA_DEBUG(ngx_cycle->log, "lua pipe destroy process:%p pid:%P", this, pid());
    if (state_ == State::running) {
        check();
    }
    if (state_ == State::running) {
        NGX_LUA_DEBUG(ngx_cycle->log, "lua pipe kill process:%p pid:%P", this, pid());
        if (::kill(pid(), SIGKILL) != 0) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                          "lua pipe failed to kill process:%p pid:%P", this, pid());
        }
    }
    in.shut_down();
    out.close_and_forget();
    err.close_and_forget();
}

void Process::give_up() noexcept {
    if (exit_.pending() || in.pending() || out.pending() || err.pending()) {
        return; // Lua is closed before its tasks are: the server ends at once, and so does this
    }
    end();
    if (state_ == State::running) {
        given_up_ = true;
    } else {
        remove();
    }
}

void Process::remove() noexcept {
    this->~Process();
    ngx_free(this);
}

void Process::on_exit(int status) noexcept {
    if (given_up_) {
        remove();
        return;
    }
    state_ = State::ended;
    status_ = status;
    if (exit_.pending()) {
        const End end = tell();
        exit_.finish(end.ok, end.reason, end.status);
    }
}

Process::End Process::tell() noexcept {
    state_ = State::told;
    // What a task is reading now it may read to the end.
    in.shut_down();
    for (Reader* reader : {&out, &err}) {
        if (!reader->in_use()) {
            reader->close_and_forget();
        }
    }

    if (WIFSIGNALED(status_)) {
        return {false, "signal", WTERMSIG(status_)};
    }
    if (!WIFEXITED(status_)) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "lua pipe unknown exit status %d from process %P", status_, pid());
        return {false, "exit", status_};
    }
    return {WEXITSTATUS(status_) == 0, "exit", WEXITSTATUS(status_)};
}

ngx_int_t Process::wait(Host& host, ngx_msec_t timeout, End* end, const char** error) noexcept {
    NGX_LUA_DEBUG(host.log(), "lua pipe wait process:%p pid:%P", this, pid());
    if (over()) {
        *error = "exited";
        return NGX_ERROR;
    }
    if (exit_.pending()) {
        *error = "pipe busy waiting";
        return NGX_ERROR;
    }
    if (state_ == State::running) {
        check();
    }
    if (state_ == State::ended) {
        *end = tell();
        return NGX_OK;
    }
    exit_.start(host, timeout);
    return NGX_AGAIN;
}

const char* Process::kill(int signo) noexcept {
    if (state_ == State::running) {
        check(); // its pid may not go to another process before it is collected
    }
    if (state_ != State::running) {
        return "exited";
    }
    if (::kill(pid(), signo) == 0) {
        return nullptr;
    }
    return ngx_errno == NGX_EINVAL ? "invalid signal" : "exited";
}

} // namespace lua::pipe
