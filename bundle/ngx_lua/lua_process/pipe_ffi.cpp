// The FFI functions of ngx.pipe. They look at the running host, not at the request that Lua passes.
#include "lua_engine/host.hpp"
#include "lua_process/pipe_process.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace {

using lua::current;
using lua::Host;
using lua::pipe::PipeEnd;
using lua::pipe::Process;
using lua::pipe::Reader;

constexpr int kNoRequest = -100;
constexpr int kWrongPhase = -101;

// Allocated by Lua.
struct Proc {
    int pid;
    uintptr_t write_timeout; // all in milliseconds; 0: never
    uintptr_t stdout_read_timeout;
    uintptr_t stderr_read_timeout;
    uintptr_t wait_timeout;
    Process* process;
};

// The caller's buffer for an error text; *size is its size, then the text's length.
class ErrorBuffer {
public:
    ErrorBuffer(u_char* text, size_t* size) noexcept : text_(text), size_(size) {}

    int set(int code, std::string_view text) noexcept {
        *size_ = text.copy(reinterpret_cast<char*>(text_), *size_);
        return code;
    }

    int set(PipeEnd::Outcome outcome) noexcept {
        const int code = static_cast<int>(outcome.code);
        return outcome.error == nullptr ? code : set(code, outcome.error);
    }

private:
    u_char* text_;
    size_t* size_;
};

// 0 if the running code may wait.
int may_wait(ErrorBuffer& error) noexcept {
    const Host* host = current().host;
    if (host == nullptr) {
        return kNoRequest;
    }
    if (!lua::kYieldPhases.has(host->phase)) {
        return error.set(kWrongPhase, refusal(host->phase));
    }
    return NGX_OK;
}

Reader& reader_of(const Proc& proc, int from_stderr) noexcept {
    return from_stderr != 0 ? proc.process->err : proc.process->out;
}

ngx_log_t* running_log() noexcept {
    return current().host == nullptr ? ngx_cycle->log : current().host->log();
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_pipe_spawn(void*, Proc* proc, const char* file, char* const* argv,
                                       int merge_stderr, size_t buffer_size,
                                       char* const* environment, u_char* errbuf,
                                       size_t* errbuf_size) noexcept {
    const lua::pipe::Program program{file, argv, environment, merge_stderr != 0};
    char room[NGX_MAX_ERROR_STR];
    std::string_view error;
    Process* process = Process::spawn(current().host, program, buffer_size, room, &error);
    if (process == nullptr) {
        return ErrorBuffer(errbuf, errbuf_size).set(NGX_ERROR, error);
    }
    proc->pid = process->pid();
    proc->process = process;
    NGX_LUA_DEBUG(running_log(), "lua pipe spawn process:%p pid:%P merge_stderr:%d buffer_size:%uz",
                  process, process->pid(), merge_stderr, buffer_size);
    return NGX_OK;
}

NGX_LUA_FFI void ngx_lua_ffi_pipe_proc_destroy(Proc* proc) noexcept {
    if (proc->process != nullptr) {
        proc->process->give_up();
        proc->process = nullptr;
    }
}

// Reads by a mode (Reader::Mode) and copies what was read to *buf if *buf_size is enough; else *buf
// becomes null and *buf_size what is needed by pipe_get_read_result, which is also to be called
// after the task has waited (NGX_AGAIN). NGX_DECLINED: there is a result and an error.
NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_read(void*, Proc* proc, int from_stderr, int mode,
                                           size_t length, u_char** buf, size_t* buf_size,
                                           u_char* errbuf, size_t* errbuf_size) noexcept {
    ErrorBuffer error(errbuf, errbuf_size);
    if (const int refused = may_wait(error)) {
        return refused;
    }
    NGX_LUA_DEBUG(running_log(), "lua pipe read process:%p pid:%d", proc->process, proc->pid);
    if (from_stderr != 0 && proc->process->merges_stderr()) {
        return error.set(NGX_ERROR, "merged to stdout");
    }
    Reader& reader = reader_of(*proc, from_stderr);
    const ngx_msec_t timeout =
        from_stderr != 0 ? proc->stderr_read_timeout : proc->stdout_read_timeout;
    PipeEnd::Outcome outcome =
        reader.read(*current().host, static_cast<Reader::Mode>(mode), length, timeout);
    if (outcome.code == NGX_OK || outcome.code == NGX_DECLINED) {
        outcome = reader.fetch(buf, buf_size);
    }
    return error.set(outcome);
}

NGX_LUA_FFI int ngx_lua_ffi_pipe_get_read_result(void*, Proc* proc, int from_stderr, u_char** buf,
                                                 size_t* buf_size, u_char* errbuf,
                                                 size_t* errbuf_size) noexcept {
    return ErrorBuffer(errbuf, errbuf_size).set(reader_of(*proc, from_stderr).fetch(buf, buf_size));
}

// The number of bytes written, all of them; a negative code otherwise.
NGX_LUA_FFI ssize_t ngx_lua_ffi_pipe_proc_write(void*, Proc* proc, const u_char* data, size_t len,
                                                u_char* errbuf, size_t* errbuf_size) noexcept {
    ErrorBuffer error(errbuf, errbuf_size);
    if (const int refused = may_wait(error)) {
        return refused;
    }
    NGX_LUA_DEBUG(running_log(), "lua pipe write process:%p pid:%d", proc->process, proc->pid);
    const PipeEnd::Outcome outcome =
        proc->process->in.write(*current().host, ngx::view(data, data + len), proc->write_timeout);
    return outcome.code == NGX_OK ? static_cast<ssize_t>(len) : error.set(outcome);
}

NGX_LUA_FFI ssize_t ngx_lua_ffi_pipe_get_write_result(void*, Proc* proc, u_char* errbuf,
                                                      size_t* errbuf_size) noexcept {
    auto& writer = proc->process->in;
    const PipeEnd::Outcome outcome = writer.fetch();
    return outcome.code == NGX_OK ? static_cast<ssize_t>(writer.total())
                                  : ErrorBuffer(errbuf, errbuf_size).set(outcome);
}

namespace {

int shut_down(const Proc& proc, PipeEnd& end, u_char* errbuf, size_t* errbuf_size) noexcept {
    if (proc.process->over()) {
        return ErrorBuffer(errbuf, errbuf_size).set(NGX_ERROR, "closed");
    }
    end.shut_down();
    return NGX_OK;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_shutdown_stdin(Proc* proc, u_char* errbuf,
                                                     size_t* errbuf_size) noexcept {
    return shut_down(*proc, proc->process->in, errbuf, errbuf_size);
}

NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_shutdown_stdout(Proc* proc, u_char* errbuf,
                                                      size_t* errbuf_size) noexcept {
    return shut_down(*proc, proc->process->out, errbuf, errbuf_size);
}

NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_shutdown_stderr(Proc* proc, u_char* errbuf,
                                                      size_t* errbuf_size) noexcept {
    if (proc->process->merges_stderr()) {
        return ErrorBuffer(errbuf, errbuf_size).set(NGX_ERROR, "merged to stdout");
    }
    return shut_down(*proc, proc->process->err, errbuf, errbuf_size);
}

// NGX_OK: it exited with status 0; NGX_DECLINED: another end; *reason and *status are set for both.
// NGX_AGAIN: the task waits, and is resumed with (ok, reason, status) or (nil, error).
NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_wait(void*, Proc* proc, const char** reason, int* status,
                                           u_char* errbuf, size_t* errbuf_size) noexcept {
    ErrorBuffer error(errbuf, errbuf_size);
    if (const int refused = may_wait(error)) {
        return refused;
    }
    Process::End end{};
    const char* why = nullptr;
    const ngx_int_t rc = proc->process->wait(*current().host, proc->wait_timeout, &end, &why);
    if (rc == NGX_ERROR) {
        return error.set(NGX_ERROR, why);
    }
    if (rc == NGX_AGAIN) {
        return NGX_AGAIN;
    }
    *reason = end.reason;
    *status = end.status;
    return end.ok ? NGX_OK : NGX_DECLINED;
}

NGX_LUA_FFI int ngx_lua_ffi_pipe_proc_kill(Proc* proc, int signo, u_char* errbuf,
                                           size_t* errbuf_size) noexcept {
    const char* why = proc->process->kill(signo);
    return why == nullptr ? NGX_OK : ErrorBuffer(errbuf, errbuf_size).set(NGX_ERROR, why);
}
