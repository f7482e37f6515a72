// The srcache module's types.
//
// It keeps responses of main requests in whatever answers its subrequests: before the content phase
// a "fetch" subrequest asks for a stored response (handler.cpp, fetch.cpp), which is sent if there
// is one; else the response that passes the output filters (filter.cpp) is copied and handed to a
// "store" subrequest behind its end (store.cpp, store_rules.cpp).
//
// A main request that comes under it has a Context, in its pool. Its subrequests belong to an
// Exchange each (subrequest.hpp).
#pragma once

#include "body.hpp"
#include "lines.hpp"

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <span>

extern "C" {
extern ngx_module_t ngx_http_srcache_filter_module;
}

namespace srcache {

// METHOD URI [ARGS] of a subrequest.
struct Target {
    ngx_uint_t method;
    ngx_str_t method_name;
    ngx_http_complex_value_t uri;
    ngx_http_complex_value_t* args; // null: those in the URI
};

struct MainConf {
    bool is_used; // srcache_fetch or srcache_store stands somewhere
};

struct LocConf {
    Target* fetch;
    Target* store;
    ngx_http_complex_value_t* fetch_skip;
    ngx_http_complex_value_t* store_skip;
    ngx_array_t* statuses; // of ngx_uint_t; null: the default ones
    size_t max_size;       // 0: any
    size_t header_buffer_size;
    size_t buffer; // accepted, without effect
    ngx_uint_t methods;
    time_t default_expire;
    time_t max_expire; // 0: any
    ngx_flag_t store_ranges;
    ngx_flag_t ignore_content_encoding;
    ngx_flag_t request_cache_control;
    ngx_flag_t response_cache_control;
    ngx_flag_t store_private;
    ngx_flag_t store_no_store;
    ngx_flag_t store_no_cache;
    ngx_http_upstream_conf_t headers; // of it: the lists and the hash of hidden headers
};

struct CachedHeader {
    ngx_str_t name;
    ngx_str_t value;
};

// What the fetch subrequest has brought so far.
struct Fetched {
    enum class Part { status_line, headers, body, failed };

    Part part;
    bool is_complete;
    unsigned status;
    ngx_str_t status_line;
    LineReader lines;
    ngx_array_t headers; // of CachedHeader
    Body body;
};

// The response on its way to the store.
struct Stored {
    ngx_uint_t status;
    std::string_view head; // serialised
    off_t content_length;  // -1: not known
    time_t expire;
    Body body;
};

struct Context {
    enum class Fetch { none, reading_body, body_read, waiting, hit, miss };
    enum class Store {
        undecided,
        never, // this response is not stored
        collecting,
        flushing, // all is there; the client takes the rest
        sent,     // the subrequest has been started
    };

    Fetch fetch;
    Store store;
    Fetched fetched;
    Stored stored;
};

inline const LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_srcache_filter_module));
}

// Null for requests that the module has nothing to do with.
inline Context* context(ngx_http_request_t* r) {
    return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_srcache_filter_module));
}

// A flag of the configuration: true unless it is empty or "0"; false also if there is none.
bool is_true(ngx_http_request_t* r, ngx_http_complex_value_t* flag, ngx_str_t& value);

ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

// The handler in front of the content phase.
ngx_int_t handler(ngx_http_request_t* r) noexcept;

void install_filters();

} // namespace srcache
