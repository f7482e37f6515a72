#include "lua_process/service.hpp"
#include "ngx/log.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace lua::process {

void trim_memory([[maybe_unused]] const Service& service,
                 [[maybe_unused]] ngx_log_t* log) noexcept {
#if defined(__GLIBC__)
    static ngx_int_t calls = 0;

    if (service.malloc_trim_cycle == 0) {
        NGX_LUA_DEBUG(log, "malloc_trim() disabled");
        return;
    }
    if (++calls >= service.malloc_trim_cycle) {
        calls = 0;
        int trimmed = malloc_trim(1);
        NGX_LUA_DEBUG(log, "malloc_trim(1) returned %d", trimmed);
        static_cast<void>(trimmed);
    }
#endif
}

} // namespace lua::process
