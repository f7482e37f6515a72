// ngx.sleep and ngx.get_phase.
#include "lua_engine/host.hpp"
#include "lua_engine/sleep.hpp"
#include "ngx/export.hpp"

namespace lua {

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
