// Commands that send the request, or a part of it, elsewhere.
#pragma once

#include "echo.hpp"

namespace echo {

// echo_location and echo_location_async: "uri [args]".
ngx_int_t run_location(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_location_async(ngx_http_request_t* r, Context& ctx, const Args& args);

// echo_subrequest and echo_subrequest_async: "METHOD uri [-q args] [-b body] [-f file]".
ngx_int_t run_subrequest(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_subrequest_async(ngx_http_request_t* r, Context& ctx, const Args& args);

// echo_exec: "uri [args]" or "@name".
ngx_int_t run_exec(ngx_http_request_t* r, Context& ctx, const Args& args);

} // namespace echo
