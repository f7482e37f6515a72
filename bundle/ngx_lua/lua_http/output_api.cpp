// ngx.print, say, flush, eof, send_headers: the FFI functions behind them, and their native twins.
//
// An output call may run header and body filters written in Lua. The VM must not be entered again
// under an FFI call, which may be part of a compiled trace; so where such filters exist, the FFI
// functions answer kCallNative and do nothing, and the Lua half calls the twin, a C function.
#include "lua_http/api.hpp"
#include "lua_http/http_host.hpp"
#include "ngx/export.hpp"

namespace lua::http {
namespace {

constexpr int kCallNative = 1;
constexpr int kYield = NGX_AGAIN;
constexpr int kMisuse = NGX_ERROR;
constexpr int kSoftError = NGX_DECLINED;

int result(const char* soft_error, const char** err) {
    if (soft_error == nullptr) {
        return NGX_OK;
    }
    *err = soft_error;
    return kSoftError;
}

bool allowed(const char** err) {
    Host* host = current().host;
    if (host == nullptr) {
        *err = "no request object found";
        return false;
    }
    if (!kOutputPhases.has(host->phase)) {
        *err = refusal(host->phase);
        return false;
    }
    return true;
}

int flush(bool wait, const char** err) {
    HttpHost& host = running_host();
    wait = wait && &host.request == host.request.main;
    if (const char* error = host.output.flush(wait)) {
        return result(error, err);
    }
    if (!wait || !host.output.has_unsent()) {
        return NGX_OK;
    }
    if (!host.output.wait_until_sent()) {
        return result("connection broken", err);
    }
    return kYield;
}

// An output call runs the filters of its own request only: they stand before the postpone filter.
bool filters_run_lua() {
    const LocConf& conf = loc_conf(&running_host().request);
    return conf.header_filter != nullptr || conf.body_filter != nullptr;
}

int push_result(lua_State* L, int rc, const char* err) {
    lua_pushinteger(L, rc);
    lua_pushstring(L, err);
    return 2;
}

} // namespace

// rc, err = native.output(cells, n, newline)
static int native_output(lua_State* L) {
    const char* err = nullptr;
    const auto* cells = *static_cast<const OutCell* const*>(lua_topointer(L, 1));
    auto n = static_cast<int>(lua_tointeger(L, 2));
    int rc = kMisuse;
    if (allowed(&err)) {
        rc = result(running_host().output.write(cells, n, lua_toboolean(L, 3) != 0), &err);
    }
    return push_result(L, rc, err);
}

static int native_flush(lua_State* L) {
    const char* err = nullptr;
    int rc = allowed(&err) ? flush(lua_toboolean(L, 1) != 0, &err) : kMisuse;
    return push_result(L, rc, err);
}

static int native_eof(lua_State* L) {
    const char* err = nullptr;
    int rc = allowed(&err) ? result(running_host().output.end(), &err) : kMisuse;
    return push_result(L, rc, err);
}

static int native_send_headers(lua_State* L) {
    const char* err = nullptr;
    int rc = allowed(&err) ? result(running_host().output.send_header(), &err) : kMisuse;
    return push_result(L, rc, err);
}

int open_native(lua_State* L) {
    static constexpr luaL_Reg kFunctions[] = {
        {"output", native_output},
        {"flush", native_flush},
        {"eof", native_eof},
        {"send_headers", native_send_headers},
    };
    lua_createtable(L, 0, 4);
    for (const luaL_Reg& function : kFunctions) {
        lua_pushcfunction(L, function.func);
        lua_setfield(L, -2, function.name);
    }
    return 1;
}

// Returns 0, -1 (misuse; raise *err), -5 (nil, *err), -2 (yield) or 1 (call the native twin).
NGX_LUA_FFI int ngx_http_lua_ffi_output(ngx_http_request_t*, const OutCell* cells, int n,
                                        int newline, const char** err) noexcept {
    if (!allowed(err)) {
        return kMisuse;
    }
    if (filters_run_lua()) {
        return kCallNative;
    }
    return result(running_host().output.write(cells, n, newline != 0), err);
}

NGX_LUA_FFI int ngx_http_lua_ffi_flush(ngx_http_request_t*, int wait, const char** err) noexcept {
    if (!allowed(err)) {
        return kMisuse;
    }
    return filters_run_lua() ? kCallNative : flush(wait != 0, err);
}

NGX_LUA_FFI int ngx_http_lua_ffi_eof(ngx_http_request_t*, const char** err) noexcept {
    if (!allowed(err)) {
        return kMisuse;
    }
    return filters_run_lua() ? kCallNative : result(running_host().output.end(), err);
}

NGX_LUA_FFI int ngx_http_lua_ffi_send_headers(ngx_http_request_t*, const char** err) noexcept {
    if (!allowed(err)) {
        return kMisuse;
    }
    return filters_run_lua() ? kCallNative : result(running_host().output.send_header(), err);
}

} // namespace lua::http
