// The base of hosts that serve neither a request nor a session: handlers of the process, timers.
#pragma once

#include "lua_engine/host.hpp"

namespace lua {

class DetachedHost : public Host {
public:
    [[nodiscard]] ngx_log_t* log() const noexcept override { return &log_; }
    [[nodiscard]] ngx_pool_t* pool() const noexcept override { return ngx_cycle->pool; }
    // Lua code must find a request pointer to know that a handler runs at all; FFI functions look
    // at the phase before they touch it.
    [[nodiscard]] void* exdata() const noexcept override { return const_cast<DetachedHost*>(this); }
    void wake() noexcept override {}
    bool before_wait() noexcept override { return true; }
    void debug_uri(const char* what) const noexcept override;

protected:
    // Logs as `log` does. `context` ("ngx.timer") is shown at the end of log lines; null: nothing
    // is.
    DetachedHost(Vm& vm, Phase at, const ngx_log_t& log, const char* context) noexcept;
    ~DetachedHost() = default;

    // From now on like this.
    void log_as(const ngx_log_t& log, const char* context) noexcept;

    // What else is to be shown there.
    virtual u_char* append_to_line(u_char* buf, size_t /*len*/) const noexcept { return buf; }

    mutable ngx_log_t log_;

private:
    static u_char* add_context(ngx_log_t* log, u_char* buf, size_t len) noexcept;

    const char* context_;
};

} // namespace lua
