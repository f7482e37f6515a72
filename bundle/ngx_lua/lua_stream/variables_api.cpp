// ngx.var of a stream session.
#include "lua_engine/variables.hpp"
#include "lua_stream/stream_host.hpp"
#include "ngx/export.hpp"

namespace lua::stream {
namespace {

ngx_hash_t& hash_of(ngx_stream_session_t& s) {
    return static_cast<ngx_stream_core_main_conf_t*>(
               ngx_stream_get_module_main_conf((&s), ngx_stream_core_module))
        ->variables_hash;
}

ngx_pool_t* pool_of(ngx_stream_session_t& s) {
    return s.connection->pool;
}

static_assert(NGX_STREAM_VAR_CHANGEABLE == 1 && NGX_STREAM_VAR_INDEXED == 4);
using SessionVariables =
    Variables<ngx_stream_session_t, ngx_stream_variable_t, ngx_stream_variable_value_t, pool_of,
              hash_of, ngx_stream_get_variable>;

// Null where the handler serves no session.
ngx_stream_session_t* running_session() {
    return kRequestPhases.has(current().host->phase) ? &running_host().session : nullptr;
}

} // namespace

// 0 with *value; -5 not found; -1 with *err.
NGX_LUA_FFI int ngx_stream_lua_ffi_var_get(void* /*r*/, u_char* name, size_t name_len,
                                           u_char* lowcase, int capture, u_char** value,
                                           size_t* value_len, const char** err) noexcept {
    ngx_stream_session_t* s = running_session();
    if (s == nullptr) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    if (name == nullptr) {
        return SessionVariables::get_capture(*s, capture, value, value_len);
    }
    return SessionVariables::get(*s, name, name_len, lowcase, value, value_len);
}

NGX_LUA_FFI int ngx_stream_lua_ffi_var_set(void* /*r*/, u_char* name, size_t name_len,
                                           u_char* lowcase, u_char* value, size_t value_len,
                                           u_char* err, size_t* errlen) noexcept {
    if (ngx_stream_session_t* s = running_session()) {
        return SessionVariables::set_by_name(*s, name, name_len, lowcase, value, value_len, err,
                                             errlen);
    }
    *errlen = std::string_view{kRefusedHere}.copy(reinterpret_cast<char*>(err), *errlen);
    return NGX_ERROR;
}

} // namespace lua::stream
