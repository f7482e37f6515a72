// Reading the client's request body.
#pragma once

#include "echo.hpp"

namespace echo {

// Starts to read the body of the main request, unless that has been done. NGX_OK: it is there, or
// ctx.wait has become Wait::body. Otherwise what the content handler has to return.
ngx_int_t read_body(ngx_http_request_t* r, Context& ctx);

ngx_int_t run_read_request_body(ngx_http_request_t* r, Context& ctx, const Args& args);

} // namespace echo
