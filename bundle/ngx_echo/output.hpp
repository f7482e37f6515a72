// Sending: the header, chains of buffers, and the text of echo and its filter twins.
#pragma once

#include "echo.hpp"

namespace echo {

// Sends the header if that has not been done. Like the others here: NGX_OK, or what the content
// handler has to return.
ngx_int_t send_header(ngx_http_request_t* r);

// Sends the header if needed, then the chain, unless the request gets no body.
ngx_int_t send(ngx_http_request_t* r, ngx_chain_t* out);

// An empty buffer that makes the location's own header and filters precede its subrequests'.
ngx_int_t send_nothing(ngx_http_request_t* r);

// The output of echo: the values joined by blanks, and a newline unless the first option is "n".
// Returns false when memory is short.
bool format_line(ngx_pool_t* pool, const Args& args, std::string_view& line);

ngx_int_t run_echo(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_duplicate(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_flush(ngx_http_request_t* r, Context& ctx, const Args& args);
ngx_int_t run_request_body(ngx_http_request_t* r, Context& ctx, const Args& args);

} // namespace echo
