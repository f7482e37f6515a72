// The variables of an http request.
#pragma once

#include "lua_engine/variables.hpp"
#include "ngx/http.hpp"

namespace lua::http {

struct RequestVariableTraits {
    using Request = ngx_http_request_t;
    using Variable = ngx_http_variable_t;
    using Value = ngx_http_variable_value_t;
    static constexpr ngx_uint_t changeable = NGX_HTTP_VAR_CHANGEABLE;
    static constexpr ngx_uint_t indexed = NGX_HTTP_VAR_INDEXED;

    static ngx_pool_t* pool(Request& r) { return r.pool; }
    static const ngx_hash_t& hash(Request& r) {
        return static_cast<ngx_http_core_main_conf_t*>(
                   ngx_http_get_module_main_conf((&r), ngx_http_core_module))
            ->variables_hash;
    }
    static Value* get(Request& r, ngx_str_t* name, ngx_uint_t key) {
        return ngx_http_get_variable(&r, name, key);
    }
};

using RequestVariables = Variables<RequestVariableTraits>;

} // namespace lua::http
