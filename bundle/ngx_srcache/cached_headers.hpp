// The headers of a stored response as those of a response.
#pragma once

#include "ngx/http.hpp"

namespace srcache {

// Takes the headers, of CachedHeader, for r's response, so that nginx's filters know those that
// they go by. NGX_OK or NGX_ERROR.
[[nodiscard]] ngx_int_t set_cached_headers(ngx_http_request_t* r, const ngx_array_t& headers);

// Marks in the store a response of which parts may be sent.
inline constexpr char kAllowRanges[] = "X-SRCache-Allow-Ranges";

} // namespace srcache
