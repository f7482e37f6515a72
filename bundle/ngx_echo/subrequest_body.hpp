// The artificial body of a subrequest.
#pragma once

#include "echo.hpp"

namespace echo {

// Makes `text` the body of sr, with a Content-Length to match.
ngx_int_t set_text_body(ngx_http_request_t* sr, std::string_view text);

// Makes the file's content the body of sr; path is relative to nginx's prefix. Nothing changes if
// the file is empty.
ngx_int_t set_file_body(ngx_http_request_t* sr, std::string_view path);

} // namespace echo
