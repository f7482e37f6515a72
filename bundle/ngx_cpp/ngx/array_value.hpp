// Variables that hold arrays: the value's bytes are an ngx_array_t of ngx_str_t in the request's
// pool, its length is that of an ngx_array_t. Only directives that know of this can read them.
#pragma once

#include "ngx/http.hpp"

#include <span>

namespace ngx {

inline void set_array(ngx_str_t& value, ngx_array_t* array) {
    value = {sizeof(ngx_array_t), reinterpret_cast<u_char*>(array)};
}

// The array in a variable; null if it holds something else.
inline ngx_array_t* get_array(const ngx_http_variable_value_t& v) {
    return v.len == sizeof(ngx_array_t) ? reinterpret_cast<ngx_array_t*>(v.data) : nullptr;
}

inline std::span<ngx_str_t> elements(const ngx_array_t& array) {
    return {static_cast<ngx_str_t*>(array.elts), array.nelts};
}

// Appends an element; false when memory is short.
[[nodiscard]] inline bool append(ngx_array_t& array, ngx_str_t element) {
    auto* slot = static_cast<ngx_str_t*>(ngx_array_push(&array));
    if (slot != nullptr) {
        *slot = element;
    }
    return slot != nullptr;
}

} // namespace ngx
