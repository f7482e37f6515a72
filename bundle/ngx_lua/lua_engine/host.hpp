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

    // A task is about to wait for the first time in this run: the host makes sure that the run is
    // aborted if the host goes away. Returns false when that fails for lack of memory.
    virtual bool before_wait() noexcept = 0;

    // A debug line with the host's URI behind it, where it has one.
    virtual void debug_uri(const char* what) const noexcept = 0;

    [[nodiscard]] Vm& vm() const noexcept { return *vm_; }

    Run run;
    Phase phase = Phase::none;

protected:
    ~Host() = default;

    void set_vm(Vm& vm) noexcept { vm_ = &vm; }

private:
    Vm* vm_;
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
