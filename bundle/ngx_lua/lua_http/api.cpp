#include "lua_http/api.hpp"

#include "lua_http/body_filter.hpp"
#include "lua_http/conf.hpp"
#include "lua_http/subrequest.hpp"
#include "lua_process/service_api.hpp"
#include "lua_process/worker_thread.hpp"

namespace lua::http {
namespace {

// The version of the API that this module offers; the Lua half asks for it.
constexpr int kApiVersion = 10029;

struct Constant {
    const char* name;
    int value;
};

constexpr Constant kConstants[] = {
    // clang-format off
    {"HTTP_GET", NGX_HTTP_GET}, {"HTTP_HEAD", NGX_HTTP_HEAD}, {"HTTP_POST", NGX_HTTP_POST},
    {"HTTP_PUT", NGX_HTTP_PUT}, {"HTTP_DELETE", NGX_HTTP_DELETE}, {"HTTP_MKCOL", NGX_HTTP_MKCOL},
    {"HTTP_COPY", NGX_HTTP_COPY}, {"HTTP_MOVE", NGX_HTTP_MOVE},
    {"HTTP_OPTIONS", NGX_HTTP_OPTIONS}, {"HTTP_PROPFIND", NGX_HTTP_PROPFIND},
    {"HTTP_PROPPATCH", NGX_HTTP_PROPPATCH}, {"HTTP_LOCK", NGX_HTTP_LOCK},
    {"HTTP_UNLOCK", NGX_HTTP_UNLOCK}, {"HTTP_PATCH", NGX_HTTP_PATCH},
    {"HTTP_TRACE", NGX_HTTP_TRACE},

    {"HTTP_CONTINUE", 100}, {"HTTP_SWITCHING_PROTOCOLS", 101}, {"HTTP_OK", 200},
    {"HTTP_CREATED", 201}, {"HTTP_ACCEPTED", 202}, {"HTTP_NO_CONTENT", 204},
    {"HTTP_PARTIAL_CONTENT", 206}, {"HTTP_SPECIAL_RESPONSE", 300},
    {"HTTP_MOVED_PERMANENTLY", 301}, {"HTTP_MOVED_TEMPORARILY", 302}, {"HTTP_SEE_OTHER", 303},
    {"HTTP_NOT_MODIFIED", 304}, {"HTTP_TEMPORARY_REDIRECT", 307},
    {"HTTP_PERMANENT_REDIRECT", 308}, {"HTTP_BAD_REQUEST", 400}, {"HTTP_UNAUTHORIZED", 401},
    {"HTTP_PAYMENT_REQUIRED", 402}, {"HTTP_FORBIDDEN", 403}, {"HTTP_NOT_FOUND", 404},
    {"HTTP_NOT_ALLOWED", 405}, {"HTTP_NOT_ACCEPTABLE", 406}, {"HTTP_REQUEST_TIMEOUT", 408},
    {"HTTP_CONFLICT", 409}, {"HTTP_GONE", 410}, {"HTTP_UPGRADE_REQUIRED", 426},
    {"HTTP_TOO_MANY_REQUESTS", 429}, {"HTTP_CLOSE", 444}, {"HTTP_ILLEGAL", 451},
    {"HTTP_INTERNAL_SERVER_ERROR", 500}, {"HTTP_NOT_IMPLEMENTED", 501},
    {"HTTP_METHOD_NOT_IMPLEMENTED", 501}, {"HTTP_BAD_GATEWAY", 502},
    {"HTTP_SERVICE_UNAVAILABLE", 503}, {"HTTP_GATEWAY_TIMEOUT", 504},
    {"HTTP_VERSION_NOT_SUPPORTED", 505}, {"HTTP_INSUFFICIENT_STORAGE", 507},
    // clang-format on
};

} // namespace

void install_api(lua_State* L, void* data) {
    const auto& main = *static_cast<const MainConf*>(data);

    for (const Constant& constant : kConstants) {
        lua_pushinteger(L, constant.value);
        lua_setfield(L, -2, constant.name);
    }
    process::install_service_api(L, main, "http", kApiVersion);
    process::add_table(L, "resp");
    process::install_worker_thread_api(L);

    lua_newtable(L); // ngx.arg: its reads and writes go through a metatable
    lua_newtable(L);
    lua_pushcfunction(L, set_arg);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "arg");

    install_subrequest_api(L);

    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, open_native);
    lua_setfield(L, -2, "ngx_lua.native");
    lua_pop(L, 2);
}

} // namespace lua::http
