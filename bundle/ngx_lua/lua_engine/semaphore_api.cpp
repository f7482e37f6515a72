// The FFI functions of ngx.semaphore.
#include "lua_engine/host.hpp"
#include "lua_engine/semaphore.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

#include <string_view>

namespace lua {
namespace {

int fail(u_char* err, size_t* errlen, std::string_view text) {
    *errlen = text.copy(reinterpret_cast<char*>(err), *errlen);
    return NGX_ERROR;
}

// For the debug log.
[[maybe_unused]] const char* subsystem() {
    return current().vm->recipe().subsystem;
}

} // namespace

NGX_LUA_FFI int ngx_lua_ffi_sema_new(Semaphore** semaphore, int n, const char** err) noexcept {
    *semaphore = Semaphore::make(n);
    if (*semaphore == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    NGX_LUA_DEBUG(ngx_cycle->log, "%s lua semaphore new: %p, resources: %d", subsystem(),
                  *semaphore, n);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_sema_post(Semaphore* semaphore, int n) noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "%s lua semaphore post: %p, n: %d", subsystem(), semaphore, n);
    semaphore->post(n);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_sema_count(Semaphore* semaphore) noexcept {
    return semaphore->count();
}

// 0: has a resource; -5: none within no time; -2: the caller yields; -1: err.
NGX_LUA_FFI int ngx_lua_ffi_sema_wait(void* /*r*/, Semaphore* semaphore, int msec, u_char* err,
                                      size_t* errlen) noexcept {
    Host& host = *current().host;
    NGX_LUA_DEBUG(ngx_cycle->log, "%s lua semaphore wait: %p, timeout: %d", subsystem(), semaphore,
                  msec);
    if (!kYieldPhases.has(host.phase)) {
        return fail(err, errlen, refusal(host.phase));
    }
    switch (semaphore->wait(host, static_cast<ngx_msec_t>(msec))) {
    case Semaphore::Outcome::got_one:
        return NGX_OK;
    case Semaphore::Outcome::timeout:
        return NGX_DECLINED;
    case Semaphore::Outcome::waits:
        NGX_LUA_DEBUG(ngx_cycle->log, "%s lua semaphore wait yielding", subsystem());
        return NGX_AGAIN;
    case Semaphore::Outcome::no_memory:
        break;
    }
    return fail(err, errlen, "no memory");
}

NGX_LUA_FFI void ngx_lua_ffi_sema_gc(Semaphore* semaphore) noexcept {
    NGX_LUA_DEBUG(ngx_cycle->log, "in lua gc, semaphore %p", semaphore);
    semaphore->release();
}

} // namespace lua
