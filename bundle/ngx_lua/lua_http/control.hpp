// What ngx.exec and ngx.exit leave for whoever acts on them when the handler is over.
#pragma once

#include "ngx/nginx.hpp"

namespace lua::http {

struct ExecTarget {
    ngx_str_t uri = {};
    ngx_str_t args = {};
};

// Of ngx.exit in phases where it does not end the handler: filters and the balancer.
struct RecordedExit {
    int code = 0;
    bool given = false;
    int in_effect = 0; // the code for which a header filter has had a special response made
};

} // namespace lua::http
