// The Host of handlers that serve no request: init_worker_by_lua* and exit_worker_by_lua*. It lives
// on the stack for the handler's time.
#pragma once

#include "lua_engine/ctx.hpp"
#include "lua_engine/detached_host.hpp"

namespace lua::process {

class ProcessHost final : public DetachedHost {
public:
    // context: "init_worker_by_lua*", shown at the end of log lines; null: nothing is shown. Timers
    // made here have the sockets' settings.
    ProcessHost(Vm& vm, Phase at, ngx_cycle_t* cycle, const net::Settings& settings,
                const char* context) noexcept;
    ~ProcessHost();

    [[nodiscard]] const net::Settings* net_settings() const noexcept override { return &settings_; }

private:
    Origin* make_origin() noexcept override;

    ngx_cycle_t* cycle_;
    const net::Settings& settings_;
};

} // namespace lua::process
