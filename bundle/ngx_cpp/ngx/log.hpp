// Debug lines of ours: nothing is evaluated unless the build has --with-debug and the level is on.
#pragma once

#include "ngx/nginx.hpp"

namespace ngx {
#if (NGX_DEBUG)
inline constexpr bool debug_build = true;
#else
inline constexpr bool debug_build = false;
#endif
} // namespace ngx

#define NGX_LUA_DEBUG(log, ...)                                                                    \
    do {                                                                                           \
        if (ngx::debug_build && ((log)->log_level & NGX_LOG_DEBUG_HTTP) != 0) {                    \
            ngx_log_error_core(NGX_LOG_DEBUG, log, 0, __VA_ARGS__);                                \
        }                                                                                          \
    } while (0)
