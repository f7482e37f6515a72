// The module's subrequests: how they are made, whose output is kept back, and what their end means.
//
// An Exchange lives in the main request's pool as long as its subrequest. Subrequests that the
// subrequest makes in turn count as a part of it.
#pragma once

#include "srcache.hpp"

namespace srcache {

struct Exchange {
    enum class Kind { fetch, store };

    Kind kind;
    Context* context; // the main request's
    bool is_done;
};

// Starts a subrequest, which has the main request's headers and body, and variables of its own.
// Null: it could not be, and nothing has happened.
ngx_http_request_t* start(ngx_http_request_t* r, Context& ctx, Exchange::Kind kind,
                          const Target& target);

// The exchange that r, which is no main request, belongs to; null if there is none.
Exchange* exchange_of(ngx_http_request_t* r);

// Whether r is the exchange's own subrequest.
bool is_own(const Exchange& exchange, ngx_http_request_t* r);

} // namespace srcache
