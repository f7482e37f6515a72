#include "lua_http/process_host.hpp"

#include "ngx/http.hpp"

namespace lua::http {

ProcessHost::ProcessHost(Vm& vm, Phase at, ngx_cycle_t* cycle, const net::Settings& settings,
                         const char* context) noexcept
    : Host(vm), cycle_(cycle), settings_(settings), log_(*cycle->log) {
    phase = at;
    log_.handler = context == nullptr ? nullptr : add_context;
    log_.data = const_cast<char*>(context);
    log_.action = nullptr;
}

// Lua code must find a request pointer to know that a handler runs at all; the FFI functions look
// at the phase before they touch it.
void* ProcessHost::exdata() const noexcept {
    static ngx_http_request_t no_request;
    return &no_request;
}

u_char* ProcessHost::add_context(ngx_log_t* log, u_char* buf, size_t len) noexcept {
    return ngx_snprintf(buf, len, ", context: %s", static_cast<const char*>(log->data));
}

} // namespace lua::http
