// The rds-json module's types. Keys are JSON strings with their quotes, made when the configuration
// is read.
#pragma once

#include "ngx/body_writer.hpp"
#include "ngx/http.hpp"
#include "ngx/str.hpp"
#include "rds/filter.hpp"

#include <span>

extern "C" {
extern ngx_module_t ngx_http_rds_json_filter_module;
}

namespace rds_json {

enum class Format : ngx_uint_t { normal, compact };

struct Property {
    ngx_str_t key;
    ngx_http_complex_value_t value;
};

struct LocConf {
    ngx_flag_t is_on;
    ngx_uint_t format;
    ngx_str_t root; // empty: none
    ngx_str_t success_property;
    ngx_array_t* user_properties; // of Property
    ngx_str_t errcode_key;
    ngx_str_t errstr_key;
    ngx_str_t content_type;
    size_t buffer_size;
    ngx_str_t ret_errcode; // of rds_json_ret
    ngx_http_complex_value_t* ret_errstr;
    rds::Output output;
};

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_rds_json_filter_module));
}

inline std::span<Property> properties(const LocConf& conf) {
    return conf.user_properties == nullptr
               ? std::span<Property>{}
               : std::span(static_cast<Property*>(conf.user_properties->elts),
                           conf.user_properties->nelts);
}

// Writes members of an object, each with a comma where `separator` says: in front, or behind.
enum class Comma { before, behind };
[[nodiscard]] bool write_properties(ngx_http_request_t* r, ngx::BodyWriter& out, bool is_success,
                                    Comma comma);

// Writes text as a JSON string.
[[nodiscard]] bool write_string(ngx::BodyWriter& out, std::string_view text);

// The content handler behind rds_json_ret.
ngx_int_t ret_handler(ngx_http_request_t* r) noexcept;

void install_filter();

} // namespace rds_json
