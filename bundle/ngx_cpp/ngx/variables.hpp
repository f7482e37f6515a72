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

// Adds a variable that `set` and others may change, and that is "not found" until they do. Its
// index, or NGX_ERROR.
[[nodiscard]] inline ngx_int_t add_changeable(ngx_conf_t* cf, const char* name) {
    ngx_str_t text = str(name);
    ngx_http_variable_t* v = ngx_http_add_variable(cf, &text, NGX_HTTP_VAR_CHANGEABLE);
    if (v == nullptr) {
        return NGX_ERROR;
    }

    // Also in the place of the getter that `set` brings, which warns of values that are not set.
    v->get_handler = [](ngx_http_request_t*, ngx_http_variable_value_t* value,
                        uintptr_t) noexcept -> ngx_int_t {
        value->not_found = 1;
        return NGX_OK;
    };
    return ngx_http_get_variable_index(cf, &text);
}

// The text of a variable with an index; empty if it is not set.
inline std::string_view variable_text(ngx_http_request_t* r, ngx_int_t index) {
    const ngx_http_variable_value_t* v =
        ngx_http_get_indexed_variable(r, static_cast<ngx_uint_t>(index));
    return v == nullptr || v->not_found ? std::string_view{} : view(v->data, v->data + v->len);
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
