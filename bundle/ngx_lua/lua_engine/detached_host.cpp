#include "lua_engine/detached_host.hpp"

#include "ngx/log.hpp"

namespace lua {

DetachedHost::DetachedHost(Vm& vm, Phase at, const ngx_log_t& log, const char* context) noexcept
    : Host(vm) {
    phase = at;
    log_as(log, context);
}

void DetachedHost::log_as(const ngx_log_t& log, const char* context) noexcept {
    log_ = log;
    context_ = context;
    log_.handler = context == nullptr ? nullptr : add_context;
    log_.data = this;
    log_.action = nullptr;
}

void DetachedHost::debug_uri(const char* what) const noexcept {
    NGX_LUA_DEBUG(&log_, "%s: \"?\"", what);
}

u_char* DetachedHost::add_context(ngx_log_t* log, u_char* buf, size_t len) noexcept {
    const auto& host = *static_cast<const DetachedHost*>(log->data);
    u_char* p = ngx_snprintf(buf, len, ", context: %s", host.context_);
    return host.append_to_line(p, len - static_cast<size_t>(p - buf));
}

} // namespace lua
