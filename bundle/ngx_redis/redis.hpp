// The redis module's types: a location with redis_pass answers with the value of $redis_key.
#pragma once

#include "ngx/upstream_conf.hpp"

extern "C" {
extern ngx_module_t ngx_http_redis_module;
}

namespace redis {

struct MainConf {
    bool has_variables;      // without redis_pass there are none
    ngx_int_t key, db, auth; // their indexes
};

struct LocConf : ngx::http::UpstreamConf {
    ngx_int_t gzip_flag;
};

inline const MainConf& main_conf(ngx_http_request_t* r) {
    return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_redis_module));
}

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_redis_module));
}

ngx_int_t content_handler(ngx_http_request_t* r) noexcept;

} // namespace redis
