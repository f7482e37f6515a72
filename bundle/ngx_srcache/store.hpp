// Copying a response and handing it to the store.
#pragma once

#include "srcache.hpp"

namespace srcache {

// Whether the response, whose header is about to be sent, may be stored; else why not is in the
// debug log. Sets the time until it expires.
bool may_store(ngx_http_request_t* r, Stored& stored);

// At the header: decides, and begins to copy.
void begin_store(ngx_http_request_t* r, Context& ctx);

// A piece of the body on its way out.
void collect(ngx_http_request_t* r, Context& ctx, const ngx_chain_t* in);

// At the body's end, which the client has got: starts the subrequest.
void finish_store(ngx_http_request_t* r, Context& ctx);

} // namespace srcache
