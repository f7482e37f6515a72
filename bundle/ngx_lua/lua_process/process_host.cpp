#include "lua_process/process_host.hpp"

namespace lua::process {

ProcessHost::ProcessHost(Vm& vm, Phase at, ngx_cycle_t* cycle, const net::Settings& settings,
                         const char* context) noexcept
    : Host(vm), cycle_(cycle), settings_(settings), log_(*cycle->log) {
    phase = at;
    log_.handler = context == nullptr ? nullptr : add_context;
    log_.data = const_cast<char*>(context);
    log_.action = nullptr;
}

u_char* ProcessHost::add_context(ngx_log_t* log, u_char* buf, size_t len) noexcept {
    return ngx_snprintf(buf, len, ", context: %s", static_cast<const char*>(log->data));
}

} // namespace lua::process
