// Asking for a stored response, and sending it.
#pragma once

#include "srcache.hpp"

namespace srcache {

// Starts the subrequest; false if that fails: there is no cache then.
bool start_fetch(ngx_http_request_t* r, Context& ctx);

// The subrequest's header: only a 200 has what is wanted.
void take_fetch_header(ngx_http_request_t* sr, Fetched& fetched);

// More of its body; false when memory is short.
[[nodiscard]] bool take_fetch_body(ngx_http_request_t* sr, Fetched& fetched, const ngx_chain_t* in,
                                   bool is_own);

// Its end.
void end_fetch(ngx_http_request_t* sr, Context& ctx, bool has_failed);

// Answers the main request with what was found; ends it.
void send_fetched(ngx_http_request_t* r, Context& ctx);

} // namespace srcache
