// The hook through which a patched nginx core hands each line of the error log to a module: one
// handler a cycle, called for the cycle in force. A stock core has none (kHasLogHook).
#pragma once

#include "ngx/nginx.hpp"

namespace lua::errlog {

using LineHandler = ngx_int_t (*)(ngx_log_t* log, ngx_uint_t level, u_char* line, size_t length);

struct LogHook {
    LineHandler handler;
    void* data;
};

#ifdef HAVE_INTERCEPT_ERROR_LOG_PATCH

inline constexpr bool kHasLogHook = true;

inline LogHook log_hook(const volatile ngx_cycle_t* cycle) {
    return {cycle->intercept_error_log_handler, cycle->intercept_error_log_data};
}

inline void set_log_hook(volatile ngx_cycle_t* cycle, LogHook hook) {
    cycle->intercept_error_log_handler = hook.handler;
    cycle->intercept_error_log_data = hook.data;
}

#else

inline constexpr bool kHasLogHook = false;

inline LogHook log_hook(const volatile ngx_cycle_t*) {
    return {nullptr, nullptr};
}

inline void set_log_hook(volatile ngx_cycle_t*, LogHook) {}

#endif

} // namespace lua::errlog
