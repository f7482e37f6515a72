// The cycle whose settings Lua code sees. While init_by_lua runs, nginx's global ngx_cycle is still
// the old configuration's (at start an empty one without settings); a ConfiguringCycle on the stack
// of whoever runs it names the new one. At any other time it is ngx_cycle.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::process {

class ConfiguringCycle {
public:
    explicit ConfiguringCycle(ngx_cycle_t* cycle) noexcept : outer_(current_) { current_ = cycle; }
    ~ConfiguringCycle() { current_ = outer_; }

    ConfiguringCycle(const ConfiguringCycle&) = delete;
    ConfiguringCycle& operator=(const ConfiguringCycle&) = delete;

    [[nodiscard]] static bool active() noexcept { return current_ != nullptr; }

    // Never null, but its conf_ctx may be (before the first configuration is read).
    [[nodiscard]] static volatile ngx_cycle_t* get() noexcept {
        return active() ? current_ : ngx_cycle;
    }

private:
    static inline ngx_cycle_t* current_ = nullptr;
    ngx_cycle_t* outer_;
};

} // namespace lua::process
