// The content handler: runs the location's commands, in turns between which it waits.
#pragma once

#include "echo.hpp"

namespace echo {

ngx_int_t content_handler(ngx_http_request_t* r) noexcept;

// What a command waited for has happened: runs the commands on, and ends the request after the last
// one. Called from an event handler, which must not touch the request afterwards.
void wake(ngx_http_request_t* r, Context& ctx);

} // namespace echo
