// ngx.print, say, flush, eof: the FFI functions behind them. No filter of a stream session is
// written in Lua, so they need no native twins.
#include "lua_stream/stream_host.hpp"
#include "ngx/export.hpp"

namespace lua::stream {
namespace {

// Null if output is possible where the handler runs.
const char* refused() {
    Host* host = current().host;
    return kOutputPhases.has(host->phase) ? nullptr : refusal(host->phase);
}

int result(const char* soft_error, const char** err) {
    *err = soft_error;
    return soft_error == nullptr ? NGX_OK : NGX_DECLINED;
}

} // namespace

// Return 0, -1 (misuse; raise *err), -5 (nil, *err) or -2 (yield).
NGX_LUA_FFI int ngx_stream_lua_ffi_output(void* /*r*/, const OutCell* cells, int n, int newline,
                                          const char** err) noexcept {
    *err = refused();
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    return result(running_host().output.write(cells, n, newline != 0), err);
}

// Always waits, whatever `wait` says.
NGX_LUA_FFI int ngx_stream_lua_ffi_flush(void* /*r*/, int /*wait*/, const char** err) noexcept {
    *err = refused();
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    Output& output = running_host().output;
    if (output.push() == NGX_ERROR) {
        return result(kFilterError, err);
    }
    if (!output.has_unsent()) {
        return NGX_OK;
    }
    return output.wait_until_sent() ? NGX_AGAIN : result("connection broken", err);
}

NGX_LUA_FFI int ngx_stream_lua_ffi_eof(void* /*r*/, const char** err) noexcept {
    *err = refused();
    return *err != nullptr ? NGX_ERROR : result(running_host().output.end(), err);
}

} // namespace lua::stream
