// Changing the headers of a request: the header list and what nginx has parsed from it stay in
// step.
#pragma once

#include "ngx/http.hpp"

#include <string_view>

namespace lua::http {

enum class Write : uint8_t {
    replace, // instead of all headers of that name
    append,  // besides them, where a request may have several
};

// Sets a header. Names and values are copied and made safe. NGX_ERROR: no memory, or an invalid
// Host.
[[nodiscard]] ngx_int_t set_request_header(ngx_http_request_t* r, std::string_view name,
                                           std::string_view value, Write how) noexcept;

// Removes all headers of that name.
[[nodiscard]] ngx_int_t clear_request_header(ngx_http_request_t* r, std::string_view name) noexcept;

// Sets Content-Length to the length of a new body and removes Transfer-Encoding.
[[nodiscard]] ngx_int_t set_request_length(ngx_http_request_t* r, off_t length) noexcept;

// Variables that depend on a header and are cached once computed; looked up at configuration time.
[[nodiscard]] ngx_int_t find_header_variables(ngx_conf_t* cf) noexcept;

} // namespace lua::http
