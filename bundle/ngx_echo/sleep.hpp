// echo_sleep, echo_blocking_sleep and echo_reset_timer.
#pragma once

#include "echo.hpp"

namespace echo {

ngx_int_t run_sleep(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_blocking_sleep(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_reset_timer(ngx_http_request_t* r, Context& ctx, const Args& args);

// Milliseconds since echo_reset_timer, or since the request started; reads the clock.
ngx_msec_int_t elapsed_msec(ngx_http_request_t* r);

} // namespace echo
