// One command and its reply.
#pragma once

#include "command.hpp"

#include "ngx/http.hpp"

namespace memc {

// Reads the request's body and sends the command, whose arguments have been checked.
ngx_int_t run(ngx_http_request_t* r, Command command);

} // namespace memc
