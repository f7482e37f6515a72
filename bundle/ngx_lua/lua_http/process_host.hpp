// The Host of handlers that serve no request: init_worker_by_lua* and exit_worker_by_lua*. It lives
// on the stack for the handler's time.
#pragma once

#include "lua_engine/host.hpp"

namespace lua::http {

class ProcessHost final : public Host {
public:
    // context: "init_worker_by_lua*", shown at the end of log lines; null: nothing is shown. Timers
    // made here have the sockets' settings.
    ProcessHost(Vm& vm, Phase at, ngx_cycle_t* cycle, const net::Settings& settings,
                const char* context) noexcept;

    [[nodiscard]] ngx_log_t* log() const noexcept override { return &log_; }
    [[nodiscard]] ngx_pool_t* pool() const noexcept override { return cycle_->pool; }
    [[nodiscard]] void* exdata() const noexcept override;
    void wake() noexcept override {}
    bool before_wait() noexcept override { return true; }
    void debug_uri(const char*) const noexcept override {}
    [[nodiscard]] const net::Settings* net_settings() const noexcept override { return &settings_; }

    int ctx_ref = LUA_NOREF; // ngx.ctx

private:
    static u_char* add_context(ngx_log_t* log, u_char* buf, size_t len) noexcept;

    ngx_cycle_t* cycle_;
    const net::Settings& settings_;
    mutable ngx_log_t log_;
};

} // namespace lua::http
