#include "redis2.hpp"

#include "ngx/pool.hpp"

namespace redis2 {

namespace {

void log_error(ngx_http_request_t* r, const char* message) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "%s", message);
}

std::span<const Query> queries(const LocConf& conf) {
    return {static_cast<const Query*>(conf.queries->elts), conf.queries->nelts};
}

// Evaluates all arguments of all queries, one after the other; empty for an error.
std::span<ngx_str_t> evaluate(ngx_http_request_t* r, std::span<const Query> all) {
    size_t n = 0;
    for (const Query& query : all) {
        n += query.args.size();
    }

    const std::span<ngx_str_t> values = ngx::make_array<ngx_str_t>(r->pool, n);
    auto value = values.begin();
    for (const Query& query : all) {
        for (ngx_http_complex_value_t& arg : query.args) {
            if (value == values.end() || ngx_http_complex_value(r, &arg, &*value) != NGX_OK) {
                return {};
            }
            value++;
        }
    }
    return values;
}

// The queries as arrays of strings, in Redis' protocol.
Request encode(ngx_http_request_t* r, std::span<const Query> all) {
    const std::span<ngx_str_t> values = evaluate(r, all);

    constexpr size_t kLine = sizeof("*\r\n") - 1 + NGX_SIZE_T_LEN;
    size_t size = kLine * all.size();
    for (const ngx_str_t& value : values) {
        size += kLine + value.len + 2;
    }

    auto* text = static_cast<u_char*>(ngx_pnalloc(r->pool, size));
    if (values.empty() || text == nullptr) {
        return {};
    }

    u_char* p = text;
    auto value = values.begin();
    for (const Query& query : all) {
        p = ngx_sprintf(p, "*%uz\r\n", query.args.size());
        for (size_t i = 0; i < query.args.size(); i++, value++) {
            p = ngx_sprintf(p, "$%uz\r\n", value->len);
            p = ngx_cpymem(p, value->data, value->len);
            p = ngx_cpymem(p, "\r\n", 2);
        }
    }
    return {ngx::view(text, p), all.size()};
}

// How many queries redis2_raw_queries has; 0 for an error.
uint64_t raw_count(ngx_http_request_t* r, ngx_http_complex_value_t* count) {
    if (count == nullptr) {
        return 1;
    }

    ngx_str_t value;
    if (ngx_http_complex_value(r, count, &value) != NGX_OK) {
        return 0;
    }
    if (value.len == 0) {
        log_error(r, "the N argument to redis2_raw_queries is empty");
        return 0;
    }
    const ngx_int_t n = ngx_atoi(value.data, value.len);
    if (n <= 0) {
        log_error(r, "the N argument to redis2_raw_queries is invalid");
        return 0;
    }
    return static_cast<uint64_t>(n);
}

} // namespace

Request make_request(ngx_http_request_t* r) {
    const LocConf& conf = loc_conf(r);

    if (conf.queries != nullptr) {
        return encode(r, queries(conf));
    }
    if (conf.literal.len != 0) {
        return {ngx::view(conf.literal), 1};
    }
    if (conf.raw == nullptr) {
        log_error(r, "no redis2 query specified or the query is empty");
        return {};
    }

    const uint64_t count = raw_count(r, conf.count);
    ngx_str_t text;
    if (count == 0 || ngx_http_complex_value(r, conf.raw, &text) != NGX_OK) {
        return {};
    }
    if (text.len == 0) {
        log_error(r, "the redis query is empty");
        return {};
    }
    return {ngx::view(text), count};
}

} // namespace redis2
