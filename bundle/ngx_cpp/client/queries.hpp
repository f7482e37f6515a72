// NAME_query: the statement that a location runs, one for all request methods and others for some.
#pragma once

#include "client/servers.hpp"
#include "ngx/complex_value.hpp"
#include "ngx/methods.hpp"

namespace ngx::client {

struct MethodQuery {
    ngx_uint_t methods;
    ngx_http_complex_value_t* text;
};

struct Queries {
    ngx_http_complex_value_t* any = nullptr; // for methods that have none of their own
    ngx_array_t* by_method = nullptr;        // of MethodQuery
    ngx_uint_t methods = 0;                  // those in by_method

    [[nodiscard]] bool is_empty() const { return any == nullptr && by_method == nullptr; }

    // Null if there is none for that method.
    [[nodiscard]] ngx_http_complex_value_t* find(ngx_uint_t method) const {
        if (by_method != nullptr) {
            for (const MethodQuery& query :
                 std::span(static_cast<MethodQuery*>(by_method->elts), by_method->nelts)) {
                if ((query.methods & method) != 0) {
                    return query.text;
                }
            }
        }
        return any;
    }
};

// The bits of the methods that args name; 0, and a line in the log, if one is unknown or stands in
// `known` already. Formats get what `extra` points to, if anything, behind the method's name.
inline ngx_uint_t parse_methods(ngx_conf_t* cf, std::span<const ngx_str_t> args, ngx_uint_t known,
                                const char* invalid, const char* duplicate,
                                const ngx_str_t* extra = nullptr) {
    ngx_uint_t methods = 0;
    for (const ngx_str_t& name : args) {
        const Method* method = find_method(view(name));
        if (method == nullptr) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, invalid, &name, extra);
            return 0;
        }
        if (((methods | known) & method->bit) != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, duplicate, &name, extra);
            return 0;
        }
        methods |= method->bit;
    }
    return methods;
}

// NAME_query [METHOD ...] text
inline char* add_query(ngx_conf_t* cf, Queries& queries, const Names& names) {
    const std::span<ngx_str_t> args = arguments(cf);
    const ngx_str_t& text = args.back();

    if (text.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, names.empty_query);
        return conf_failed();
    }

    if (args.size() == 2) {
        if (queries.any != nullptr) {
            return conf_message("is duplicate");
        }
        queries.any = compile(cf, text);
        return queries.any == nullptr ? conf_failed() : NGX_CONF_OK;
    }

    const ngx_uint_t methods = parse_methods(cf, args.subspan(1, args.size() - 2), queries.methods,
                                             names.invalid_method, names.duplicate_method);
    if (methods == 0) {
        return conf_failed();
    }
    if (queries.by_method == nullptr) {
        queries.by_method = ngx_array_create(cf->pool, 4, sizeof(MethodQuery));
    }
    auto* query = queries.by_method == nullptr
                      ? nullptr
                      : static_cast<MethodQuery*>(ngx_array_push(queries.by_method));
    if (query == nullptr) {
        return conf_failed();
    }
    *query = {methods, compile(cf, text)};
    queries.methods |= methods;
    return query->text == nullptr ? conf_failed() : NGX_CONF_OK;
}

// The text for this request. NGX_OK, or the status to end it with (logged).
inline ngx_int_t evaluate_query(ngx_http_request_t* r, const Queries& queries, const Names& names,
                                ngx_str_t& text) {
    auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));

    if (queries.is_empty()) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "%s: missing \"%s_query\" in location \"%V\"", names.module, names.module,
                      &clcf->name);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_complex_value_t* query = queries.find(r->method);
    if (query == nullptr) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    if (ngx_http_complex_value(r, query, &text) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (text.len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "%s: empty \"%s_query\" (was: \"%V\") in location \"%V\"", names.module,
                      names.module, &query->value, &clcf->name);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return NGX_OK;
}

} // namespace ngx::client
