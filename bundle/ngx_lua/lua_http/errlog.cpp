// The functions of ngx.errlog that log for a request; r is null where none exists (init phases).

#include "lua_process/errlog.hpp"
#include "ngx/export.hpp"
#include "ngx/http.hpp"
#include "ngx/str.hpp"

namespace {

ngx_log_t* log_of(ngx_http_request_t* r) {
    return r != nullptr && r->connection != nullptr ? r->connection->log : ngx_cycle->log;
}

} // namespace

NGX_LUA_FFI int ngx_http_lua_ffi_errlog_get_sys_filter_level(ngx_http_request_t* r) noexcept {
    return lua::errlog::filter_level(log_of(r));
}

NGX_LUA_FFI int ngx_http_lua_ffi_raw_log(ngx_http_request_t* r, int level, u_char* message,
                                         size_t length) noexcept {
    return lua::errlog::raw_log(log_of(r), level, ngx::view(message, message + length));
}
