// Variables that a module defines: a table of names and getters, and setting a value.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <span>

namespace ngx {

struct Variable {
    const char* name;
    ngx_http_get_variable_pt get;
    ngx_uint_t flags; // NGX_HTTP_VAR_NOCACHEABLE ...
};

// Adds the variables; for a module's preconfiguration.
[[nodiscard]] inline ngx_int_t add_variables(ngx_conf_t* cf, std::span<const Variable> variables) {
    for (const Variable& variable : variables) {
        ngx_str_t name = str(variable.name);
        ngx_http_variable_t* v = ngx_http_add_variable(cf, &name, variable.flags);
        if (v == nullptr) {
            return NGX_ERROR;
        }
        v->get_handler = variable.get;
    }
    return NGX_OK;
}

// Makes sv the variable's value; sv must live as long as the request.
inline ngx_int_t set_value(ngx_http_variable_value_t* v, std::string_view sv) {
    v->len = static_cast<unsigned>(sv.size()) & 0xfffffff; // a field of 28 bits
    v->data = bytes(sv.data());
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    return NGX_OK;
}

inline ngx_int_t set_not_found(ngx_http_variable_value_t* v) {
    v->not_found = 1;
    return NGX_OK;
}

} // namespace ngx
