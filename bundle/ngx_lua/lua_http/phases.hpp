// The phase handlers that nginx calls, and how directives and the module install them.
#pragma once

#include "ngx/http.hpp"

namespace lua::http {

// Makes the http module the content handler of the location being configured.
void install_content_handler(ngx_conf_t* cf) noexcept;

ngx_int_t on_server_rewrite(ngx_http_request_t* r) noexcept;
ngx_int_t on_rewrite(ngx_http_request_t* r) noexcept;
ngx_int_t on_access(ngx_http_request_t* r) noexcept;
ngx_int_t on_precontent(ngx_http_request_t* r) noexcept;
ngx_int_t on_content(ngx_http_request_t* r) noexcept;
ngx_int_t on_log(ngx_http_request_t* r) noexcept;
ngx_int_t on_log_trim(ngx_http_request_t* r) noexcept; // lua_malloc_trim

void install_header_filter() noexcept;
void install_body_filter() noexcept;

} // namespace lua::http
