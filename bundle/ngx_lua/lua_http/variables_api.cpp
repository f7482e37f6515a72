// ngx.var.
#include "lua_http/http_host.hpp"
#include "lua_http/variables.hpp"
#include "ngx/export.hpp"

namespace lua::http {

// 0 with *value; -5 not found; -1 with *err.
NGX_LUA_FFI int ngx_http_lua_ffi_var_get(ngx_http_request_t* r, u_char* name, size_t name_len,
                                         u_char* lowcase, int capture, u_char** value,
                                         size_t* value_len, const char** err) noexcept {
    if (!serves_request()) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    return name == nullptr ? RequestVariables::get_capture(*r, capture, value, value_len)
                           : RequestVariables::get(*r, name, name_len, lowcase, value, value_len);
}

NGX_LUA_FFI int ngx_http_lua_ffi_var_set(ngx_http_request_t* r, u_char* name, size_t name_len,
                                         u_char* lowcase, u_char* value, size_t value_len,
                                         u_char* err, size_t* errlen) noexcept {
    if (!serves_request()) {
        *errlen = static_cast<size_t>(ngx_snprintf(err, *errlen, "%s", kRefusedHere) - err);
        return NGX_ERROR;
    }
    return RequestVariables::set_by_name(*r, name, name_len, lowcase, value, value_len, err,
                                         errlen);
}

} // namespace lua::http
