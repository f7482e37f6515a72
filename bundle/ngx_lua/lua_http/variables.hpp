// The variables of an http request.
#pragma once

#include "lua_engine/variables.hpp"
#include "ngx/http.hpp"

namespace lua::http {

inline ngx_pool_t* pool_of(ngx_http_request_t& r) {
    return r.pool;
}

inline ngx_hash_t& hash_of(ngx_http_request_t& r) {
    return static_cast<ngx_http_core_main_conf_t*>(
               ngx_http_get_module_main_conf((&r), ngx_http_core_module))
        ->variables_hash;
}

using RequestVariables =
    Variables<ngx_http_request_t, ngx_http_variable_t, ngx_http_variable_value_t, pool_of, hash_of,
              ngx_http_get_variable>;
static_assert(NGX_HTTP_VAR_CHANGEABLE == 1 && NGX_HTTP_VAR_INDEXED == 4);

} // namespace lua::http
