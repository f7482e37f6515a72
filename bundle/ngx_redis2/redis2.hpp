// The redis2 module's types.
//
// A location has queries, in one of four forms. They are put together when a request comes
// (request.cpp), sent in one go, and Redis' replies are passed on as they are until as many have
// come as queries were sent (handler.cpp).
#pragma once

#include "ngx/upstream_conf.hpp"

#include <string_view>

extern "C" {
extern ngx_module_t ngx_http_redis2_module;
}

namespace redis2 {

struct Query {
    std::span<ngx_http_complex_value_t> args;
};

struct LocConf : ngx::http::UpstreamConf {
    ngx_array_t* queries;            // redis2_query; of Query
    ngx_str_t literal;               // redis2_literal_raw_query
    ngx_http_complex_value_t* raw;   // redis2_raw_query, redis2_raw_queries
    ngx_http_complex_value_t* count; // of redis2_raw_queries; null: one
};

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_redis2_module));
}

inline bool has_queries(const LocConf& conf) {
    return conf.queries != nullptr || conf.raw != nullptr || conf.literal.data != nullptr;
}

// What is sent, and the number of replies to it.
struct Request {
    std::string_view text; // in the request's pool; empty: an error, which has been logged
    uint64_t replies = 0;
};

Request make_request(ngx_http_request_t* r);

ngx_int_t content_handler(ngx_http_request_t* r) noexcept;

} // namespace redis2
