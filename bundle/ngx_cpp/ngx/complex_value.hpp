// Values of directives that may contain variables.
#pragma once

#include "ngx/http.hpp"
#include "ngx/pool.hpp"
#include "ngx/str.hpp"

namespace ngx {

// Compiles text into `value`; false for an error, which has been logged.
[[nodiscard]] inline bool compile(ngx_conf_t* cf, ngx_str_t text, ngx_http_complex_value_t& value) {
    ngx_http_compile_complex_value_t ccv{};
    ccv.cf = cf;
    ccv.value = &text;
    ccv.complex_value = &value;
    return ngx_http_compile_complex_value(&ccv) == NGX_OK;
}

// The same, in the configuration's pool; null for an error.
[[nodiscard]] inline ngx_http_complex_value_t* compile(ngx_conf_t* cf, const ngx_str_t& text) {
    auto* value = make<ngx_http_complex_value_t>(cf->pool);
    return value != nullptr && compile(cf, text, *value) ? value : nullptr;
}

} // namespace ngx
