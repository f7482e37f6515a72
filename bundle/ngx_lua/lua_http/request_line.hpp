// The request line and header as nginx holds them.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

// Changes the method to the one of nginx's bit; false if there is no such method.
[[nodiscard]] bool set_method(ngx_http_request_t* r, ngx_uint_t bit) noexcept;

// The header of the main request as the client sent it, with the empty line behind it. Lies in the
// request's pool; empty if there is none or memory is short.
[[nodiscard]] ngx_str_t raw_header(ngx_http_request_t* r, bool no_request_line) noexcept;

} // namespace lua::http
