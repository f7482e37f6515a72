// ngx.exit, ngx.sleep and ngx.get_phase.
#include "lua_engine/host.hpp"
#include "lua_engine/sleep.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

namespace lua {
namespace {

int fail(u_char* err, size_t* errlen, std::string_view text) {
    *errlen = text.copy(reinterpret_cast<char*>(err), *errlen);
    return NGX_ERROR;
}

} // namespace

// 0: recorded, the caller yields; -4: recorded, the caller returns; else err.
NGX_LUA_FFI int ngx_lua_ffi_exit(void* /*r*/, int status, u_char* err, size_t* errlen) noexcept {
    Host* host = current().host;
    if (status == NGX_AGAIN || status == NGX_DONE) {
        return fail(err, errlen,
                    "bad argument to 'ngx.exit': does not accept NGX_AGAIN or NGX_DONE");
    }
    if (!kExitPhases.has(host->phase)) {
        return fail(err, errlen, refusal(host->phase));
    }
    NGX_LUA_DEBUG(host->log(), "lua exit with code %i", static_cast<ngx_int_t>(status));
    if (!kYieldPhases.has(host->phase)) {
        host->record_exit(status);
        return NGX_DONE;
    }
    if (const char* reason = host->before_exit(status)) {
        return fail(err, errlen, reason);
    }
    host->run.end_by(Run::End::exit, status);
    return NGX_OK;
}

NGX_LUA_FFI int ngx_lua_ffi_sleep(long msec, const char** err) noexcept {
    Host* host = current().host;
    if (!kYieldPhases.has(host->phase)) {
        *err = refusal(host->phase);
        return NGX_ERROR;
    }
    if (!SleepWait::start(*host, static_cast<ngx_msec_t>(msec))) {
        *err = "no memory";
        return NGX_ERROR;
    }
    return NGX_AGAIN;
}

NGX_LUA_FFI int ngx_lua_ffi_get_phase(void* /*r*/, const char** err) noexcept {
    const Host* host = current().host;
    if (host == nullptr) {
        *err = "no request context";
        return NGX_ERROR;
    }
    return static_cast<int>(host->phase);
}

} // namespace lua
