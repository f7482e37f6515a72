// The iconv module's types.
//
// set_iconv converts a value at once, in the rewrite phase; iconv_filter converts a response as it
// passes. A request that the filter converts has a Context, in its pool.
#pragma once

#include "convert.hpp"
#include "ngx/http.hpp"
#include "ngx/str.hpp"

extern "C" {
extern ngx_module_t ngx_http_iconv_module;
}

namespace iconv_module {

// Names of character sets, with a NUL behind each.
struct Sets {
    const char* from;
    const char* to;
};

struct LocConf {
    const Sets* filter; // null: none at this level
    size_t buffer_size;
};

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_iconv_module));
}

// Logs that something was replaced.
inline void log_replaced(ngx_http_request_t* r) {
    ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                  "iconv sees invalid character sequence (EILSEQ)");
}

void install_filter();

} // namespace iconv_module
