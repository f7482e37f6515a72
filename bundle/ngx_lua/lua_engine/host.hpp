// A Host is what runs Lua: an http request, a stream session, a timer, a worker-init or exit phase,
// a TLS handshake. The engine sees it through this interface only; the bindings implement it.
//
// A Host owns at most one Run at a time. Its memory belongs to its binding (an http request's host
// lies in the request's pool); it is gone when its binding says so, and its Run must be over by
// then.
#pragma once

#include "lua_engine/phase.hpp"
#include "lua_engine/run.hpp"
#include "ngx/nginx.hpp"

namespace lua {

class Vm;
class HostResource;
class Origin;

namespace net {
struct Settings;
}

class Host {
public:
    explicit Host(Vm& vm) noexcept : run(*this), vm_(&vm) {}
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // Where messages of this host's Lua code go.
    [[nodiscard]] virtual ngx_log_t* log() const noexcept = 0;

    // Memory that lives as long as the host.
    [[nodiscard]] virtual ngx_pool_t* pool() const noexcept = 0;

    // What thread.exdata() returns in the host's coroutines: the http request or stream session;
    // null where there is none.
    [[nodiscard]] virtual void* exdata() const noexcept = 0;

    // A task became ready: arranges that the event loop soon calls run.resume_ready() and acts on
    // its result. Called from event handlers; must not run Lua itself.
    virtual void wake() noexcept = 0;

    // Makes sure that end() is called when the host goes away: a task is about to wait, or Lua code
    // holds the first resource. Called through guard(). Returns false when memory is short.
    virtual bool before_wait() noexcept = 0;

    // The value of a path with variables, as the binding's directive setter compiled it
    // (Handler::path); false when it cannot be computed.
    virtual bool expand(void* /*path*/, ngx_str_t& /*value*/) noexcept { return false; }

    // The host gets a ngx.ctx table: it must give it back with release_ctx_table() when it ends.
    // False when memory is short.
    virtual bool before_ctx() noexcept { return true; }

    // ngx.exit(status) ends the handler, which runs in a phase that may wait. The host may put
    // another status in its place; returns why it may not end, or null.
    virtual const char* before_exit(int& /*status*/) noexcept { return nullptr; }

    // The same in the other phases: the host acts on it when the handler returns.
    virtual void record_exit(int /*status*/) noexcept {}

    // A debug line with the host's URI behind it, where it has one.
    virtual void debug_uri(const char* what) const noexcept = 0;

    // What sockets are configured with where this host runs; never changes while a socket operation
    // of the host is pending. Null where there are no sockets.
    [[nodiscard]] virtual const net::Settings* net_settings() const noexcept { return nullptr; }

    // The client's connection, and the one to the server that the client's request or session is
    // passed to; null where there is none.
    [[nodiscard]] virtual ngx_connection_t* client_connection() const noexcept { return nullptr; }
    [[nodiscard]] virtual ngx_peer_connection_t* peer() const noexcept { return nullptr; }

    // The host of the TLS handshake of the client's connection, if Lua code ran in it: its ngx.ctx
    // lies behind this one's. It is a handshake's own, too.
    [[nodiscard]] virtual Host* handshake() const noexcept { return nullptr; }

    // The host's work is over: aborts the run and takes back what its Lua code still holds. A
    // binding calls it when the request, session or timer ends.
    NGX_LUA_API void end() noexcept;

    // before_wait() once in the host's life; false when memory is short.
    [[nodiscard]] bool guard() noexcept {
        guarded_ = guarded_ || before_wait();
        return guarded_;
    }

    [[nodiscard]] Vm& vm() const noexcept { return *vm_; }

    // What the timers made here keep of the host; null when memory is short. The host holds one
    // reference; timers take their own.
    [[nodiscard]] Origin* origin() noexcept {
        if (origin_ == nullptr) {
            origin_ = make_origin();
        }
        return origin_;
    }

    // lua_check_client_abort is on.
    [[nodiscard]] virtual bool checks_client_abort() const noexcept { return false; }

    Run run;
    Phase phase = Phase::none;
    int ctx_ref = LUA_NOREF; // ngx.ctx
    // Of ngx.on_abort: a thread of the run that has not begun. Set until the next handler begins:
    // filters and log handlers see that there was one, but it is gone with the run.
    Task* abort_callback = nullptr;

protected:
    ~Host() = default;

    void set_vm(Vm& vm) noexcept { vm_ = &vm; }

    // The host sees to it that it calls release_origin() when it ends.
    virtual Origin* make_origin() noexcept = 0;
    void adopt_origin(Origin& origin) noexcept; // one that exists
    void release_origin() noexcept;
    [[nodiscard]] const Origin* kept_origin() const noexcept { return origin_; }

private:
    friend class HostResource;

    Vm* vm_;
    Origin* origin_ = nullptr;
    HostResource* resources_ = nullptr;
    bool guarded_ = false;
};

// Something that Lua's garbage collector owns, but that must not outlast the host it was made for:
// a socket. The object may be found by Lua code afterwards, without a host.
class HostResource {
public:
    HostResource() = default;
    HostResource(const HostResource&) = delete;
    HostResource& operator=(const HostResource&) = delete;

    // Null before attach() and after the host's end.
    [[nodiscard]] Host* host() const noexcept { return host_; }

protected:
    ~HostResource() { detach(); }

    // Makes this one of host's resources; false when memory is short.
    [[nodiscard]] NGX_LUA_API bool attach(Host& host) noexcept;
    NGX_LUA_API void detach() noexcept;

private:
    friend class Host;

    // The host ends; host() is still there. Lua does not run any more for it.
    virtual void on_host_end() noexcept = 0;

    Host* host_ = nullptr;
    HostResource* next_ = nullptr;
    HostResource* prev_ = nullptr;
};

// What runs Lua at this moment. A worker runs one piece of Lua at a time, but runs nest: output of
// one request runs filters, of another request even, inside the first one's call.
struct Current {
    Vm* vm = nullptr;
    Host* host = nullptr;
    Task* task = nullptr; // null in phases that do not run in a coroutine
};

NGX_LUA_API Current& current() noexcept;

class CurrentScope {
public:
    CurrentScope(Vm& vm, Host* host, Task* task) noexcept : saved_(current()) {
        current() = {&vm, host, task};
    }
    ~CurrentScope() { current() = saved_; }
    CurrentScope(const CurrentScope&) = delete;
    CurrentScope& operator=(const CurrentScope&) = delete;

private:
    Current saved_;
};

// Runs a host in another phase for a while (filters inside a content handler's output call).
class PhaseScope {
public:
    PhaseScope(Host& host, Phase phase) noexcept : host_(host), saved_(host.phase) {
        host.phase = phase;
    }
    ~PhaseScope() { host_.phase = saved_; }
    PhaseScope(const PhaseScope&) = delete;
    PhaseScope& operator=(const PhaseScope&) = delete;

private:
    Host& host_;
    Phase saved_;
};

} // namespace lua
