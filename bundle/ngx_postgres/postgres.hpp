// The postgres module's types: a content handler that runs one statement a request on a PostgreSQL
// server and sends the result in one of several forms.
#pragma once

#include "client/exchange.hpp"

#include <libpq-fe.h>

extern "C" {
extern ngx_module_t ngx_postgres_module;
}

namespace postgres {

enum class Format : ngx_uint_t { rds, text, value, binary_value, none };

enum class Condition : ngx_uint_t { no_changes, changes, no_rows, rows };

struct MethodStatus {
    ngx_uint_t methods;
    ngx_uint_t status;
    bool keeps_body; // "=": the status goes with the usual body
};

// postgres_rewrite: what one condition does to the status. A status of 0: nothing.
struct Rewrite {
    Condition condition;
    ngx_uint_t methods;     // those in by_method
    ngx_array_t* by_method; // of MethodStatus
    MethodStatus any;
};

// postgres_set: a variable that has a value of the result.
struct Assignment {
    ngx_int_t index; // of the variable
    ngx_str_t name;
    ngx_int_t row;
    ngx_str_t column; // number or name, with a NUL behind it
    bool is_required;
};

struct LocConf : ngx::client::QueryConf {
    ngx_array_t* rewrites;    // of Rewrite
    ngx_array_t* assignments; // of Assignment
    ngx_uint_t format;
    ngx_msec_t connect_limit;
    ngx_msec_t result_limit;
};

// What a request's variables tell.
struct Context {
    ngx_str_t query;
    bool has_result;
    ngx_int_t columns;
    ngx_int_t rows;
    ngx_int_t affected;          // -1: does not apply
    std::span<ngx_str_t> values; // of the assignments; null data: not found
};

extern const ngx::client::Names kNames;

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_postgres_module));
}

inline Context* find_context(ngx_http_request_t* r) {
    return static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_postgres_module));
}

template <typename T>
std::span<T> list(const ngx_array_t* array) {
    return array == nullptr ? std::span<T>{}
                            : std::span(static_cast<T*>(array->elts), array->nelts);
}

inline ngx_str_t& location_name(ngx_http_request_t* r) {
    return static_cast<ngx_http_core_loc_conf_t*>(
               ngx_http_get_module_loc_conf(r, ngx_http_core_module))
        ->name;
}

ngx_int_t pass_handler(ngx_http_request_t* r) noexcept;

// The status that postgres_rewrite gives the request; null: none.
const MethodStatus* find_status(ngx_http_request_t* r, const Context& ctx);

// Stores the values of postgres_set; false if one that is required is missing (logged).
[[nodiscard]] bool assign_values(ngx_http_request_t* r, Context& ctx, const PGresult* result);

// Directives' setters and variables (rewrite.cpp, set.cpp, escape.cpp).
char* add_rewrite(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept;
char* add_assignment(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept;
char* set_escape(ngx_conf_t* cf, ngx_command_t* cmd, void* data) noexcept;
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

} // namespace postgres
