// lua_malloc_trim: gives memory that malloc keeps back to the system, every so many requests.
#include "lua_http/conf.hpp"
#include "lua_http/phases.hpp"
#include "ngx/log.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace lua::http {

ngx_int_t on_log_trim(ngx_http_request_t* r) noexcept {
#if defined(__GLIBC__)
    static ngx_int_t requests = 0;
    ngx_int_t cycle = main_conf(r).malloc_trim_cycle;

    if (cycle == 0) {
        NGX_LUA_DEBUG(r->connection->log, "malloc_trim() disabled");
        return NGX_OK;
    }
    if (++requests >= cycle) {
        requests = 0;
        int trimmed = malloc_trim(1);
        NGX_LUA_DEBUG(r->connection->log, "malloc_trim(1) returned %d", trimmed);
        static_cast<void>(trimmed);
    }
#else
    static_cast<void>(r);
#endif
    return NGX_OK;
}

} // namespace lua::http
