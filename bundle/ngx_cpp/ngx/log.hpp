// Debug lines of ours: nothing is evaluated unless the build has --with-debug and the level is on.
#pragma once

#include "ngx/nginx.hpp"

#define NGX_LUA_DEBUG(log, ...)                                                                    \
    do {                                                                                           \
        if (NGX_DEBUG && ((log)->log_level & NGX_LOG_DEBUG_HTTP)) {                                \
            ngx_log_error_core(NGX_LOG_DEBUG, log, 0, __VA_ARGS__);                                \
        }                                                                                          \
    } while (0)
