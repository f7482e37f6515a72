// echo_foreach_split and echo_end.
#pragma once

#include "echo.hpp"

namespace echo {

ngx_int_t run_foreach_split(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_end(ngx_http_request_t* r, Context& ctx, const Args& args);

} // namespace echo
