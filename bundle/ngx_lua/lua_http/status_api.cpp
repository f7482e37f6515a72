// ngx.status, ngx.headers_sent, ngx.is_subrequest, ngx.req.is_internal, start_time, set_by_lua's
// arguments.
#include "lua_http/http_host.hpp"
#include "lua_http/set_by_lua.hpp"
#include "ngx/export.hpp"

namespace lua::http {

NGX_LUA_FFI int ngx_http_lua_ffi_get_resp_status(ngx_http_request_t* r) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    if (r->err_status != 0) {
        return static_cast<int>(r->err_status);
    }
    if (r->headers_out.status != 0) {
        return static_cast<int>(r->headers_out.status);
    }
    return r->http_version == NGX_HTTP_VERSION_9 ? 9 : 0;
}

NGX_LUA_FFI int ngx_http_lua_ffi_set_resp_status_and_reason(ngx_http_request_t* r, int status,
                                                            const char* reason,
                                                            size_t reason_len) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    if (r->header_sent) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "attempt to set ngx.status after sending out response headers");
        return NGX_OK;
    }
    if (status < 100 || status > 999) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "invalid HTTP status code %d", status);
        return NGX_OK;
    }
    r->headers_out.status = static_cast<ngx_uint_t>(status);
    r->err_status = 0;
    if (reason != nullptr && reason_len > 0) {
        auto* line = static_cast<u_char*>(ngx_pnalloc(r->pool, reason_len + 4));
        if (line == nullptr) {
            return NGX_ERROR;
        }
        ngx_sprintf(line, "%03d %*s", status, reason_len, reason);
        r->headers_out.status_line = {reason_len + 4, line};
    } else if (status == NGX_HTTP_SWITCHING_PROTOCOLS) {
        ngx_str_set(&r->headers_out.status_line, "101 Switching Protocols");
    } else {
        r->headers_out.status_line = {};
    }
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_set_resp_status(ngx_http_request_t* r, int status) noexcept {
    return ngx_http_lua_ffi_set_resp_status_and_reason(r, status, nullptr, 0);
}

NGX_LUA_FFI int ngx_http_lua_ffi_headers_sent(ngx_http_request_t* r) noexcept {
    return serves_request() ? static_cast<int>(r->header_sent) : kBadContext;
}

NGX_LUA_FFI int ngx_http_lua_ffi_is_subrequest(ngx_http_request_t* r) noexcept {
    return serves_request() ? static_cast<int>(r != r->main) : kBadContext;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_is_internal(ngx_http_request_t* r) noexcept {
    return serves_request() ? static_cast<int>(r->internal) : kBadContext;
}

NGX_LUA_FFI double ngx_http_lua_ffi_req_start_time(ngx_http_request_t* r) noexcept {
    if (!serves_request()) {
        const ngx_time_t* now = ngx_timeofday();
        return static_cast<double>(now->sec) + static_cast<double>(now->msec) / 1000.0;
    }
    return static_cast<double>(r->start_sec) + static_cast<double>(r->start_msec) / 1000.0;
}

NGX_LUA_FFI void ngx_http_lua_ffi_get_setby_param(ngx_http_request_t*, int index, u_char** data,
                                                  size_t* len) noexcept {
    const SetArguments& args = set_arguments();
    *len = 0;
    if (index >= 1 && static_cast<ngx_uint_t>(index) <= args.n) {
        *data = args.values[index - 1].data;
        *len = args.values[index - 1].len;
    }
}

NGX_LUA_FFI void ngx_http_lua_ffi_bypass_if_checks(ngx_http_request_t* r) noexcept {
    if (serves_request()) {
        r->disable_not_modified = 1;
    }
}

} // namespace lua::http
