// The drizzle module's types: a content handler that runs one statement a request on a MySQL or
// MariaDB server and sends the result as RDS.
#pragma once

#include "client/exchange.hpp"

extern "C" {
extern ngx_module_t ngx_http_drizzle_module;
}

namespace drizzle {

inline constexpr std::string_view kVersion = "ngx_drizzle 0.1.12";

struct LocConf : ngx::client::QueryConf {
    ngx_http_complex_value_t* dbname;
    ngx_msec_t connect_limit;
    ngx_msec_t query_limit;
    ngx_msec_t columns_limit;
    ngx_msec_t rows_limit;
    size_t body_buffer_size;
    ngx_flag_t module_header;
};

struct MainConf {
    ngx_int_t thread_id; // the index of $drizzle_thread_id; unset without drizzle_pass
};

extern const ngx::client::Names kNames;

// Longer names are refused, as MySQL has none.
inline constexpr size_t kMaxName = 63;
inline constexpr size_t kMaxPassword = 255;

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_drizzle_module));
}

inline const MainConf& main_conf(ngx_http_request_t* r) {
    return *static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_drizzle_module));
}

ngx_int_t pass_handler(ngx_http_request_t* r) noexcept;
ngx_int_t status_handler(ngx_http_request_t* r) noexcept;

} // namespace drizzle
