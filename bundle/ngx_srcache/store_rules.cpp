// What is stored and what is not.
#include "cache_control.hpp"
#include "store.hpp"

#include <algorithm>
#include <optional>

namespace srcache {

namespace {

// What a head adds to a Content-Length, roughly.
constexpr off_t kSmallHead = 15;

constexpr ngx_uint_t kDefaultStatuses[] = {200, 301, 302, 307, 308};

bool is_encoded(ngx_http_request_t* r) {
    ngx_table_elt_t* encoding = r->headers_out.content_encoding;
    if (encoding == nullptr || encoding->hash == 0 || encoding->value.len == 0) {
        return false;
    }
    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "srcache_store skipped due to response header \"Content-Encoding: %V\" (maybe "
                  "you forgot to disable compression on the backend?)",
                  &encoding->value);
    return true;
}

CacheControl cache_control(ngx_http_request_t* r) {
    CacheControl control;
    for (const ngx_table_elt_t* h = r->headers_out.cache_control; h != nullptr; h = h->next) {
        if (h->hash != 0) {
            control.add(ngx::view(h->value));
        }
    }
    return control;
}

// The time left by Expires, where there is one; not above 0: none.
std::optional<time_t> time_left(ngx_http_request_t* r) {
    const ngx_table_elt_t* expires = r->headers_out.expires;
    if (expires == nullptr || expires->hash == 0) {
        return std::nullopt;
    }
    const time_t time = ngx_parse_http_time(expires->value.data, expires->value.len);
    return time == NGX_ERROR ? 0 : time - ngx_time();
}

// srcache_response_cache_control. `expire` stays 0 where the response says nothing.
bool is_forbidden(ngx_http_request_t* r, time_t& expire) {
    const LocConf& conf = loc_conf(r);
    const CacheControl control = cache_control(r);

    if ((control.is_private && !conf.store_private) || (control.no_store && !conf.store_no_store) ||
        (control.no_cache && !conf.store_no_cache)) {
        return true;
    }
    if (control.has_max_age) {
        expire = control.max_age.value_or(0);
        return expire == 0;
    }

    const std::optional<time_t> left = time_left(r);
    expire = left.value_or(0);
    return left.has_value() && *left <= 0;
}

bool has_status(ngx_http_request_t* r) {
    const ngx_array_t* statuses = loc_conf(r).statuses;
    const ngx_uint_t status = r->headers_out.status;

    const std::span<const ngx_uint_t> list =
        statuses == nullptr
            ? std::span<const ngx_uint_t>(kDefaultStatuses)
            : std::span(static_cast<const ngx_uint_t*>(statuses->elts), statuses->nelts);
    if (std::ranges::find(list, status) != list.end()) {
        return true;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "srcache_store bypassed because of unmatched status code %ui%s", status,
                   statuses == nullptr
                       ? " (only 200, 301, 302, 307, or 308 are accepted by default)"
                       : " with srcache_store_statuses");
    return false;
}

bool is_too_large(ngx_http_request_t* r) {
    const auto limit = static_cast<off_t>(loc_conf(r).max_size);
    const off_t length = r->headers_out.content_length_n;
    if (limit == 0 || length < 0 || length + kSmallHead <= limit) {
        return false;
    }
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "srcache_store bypassed because of too large Content-Length response header: "
                   "%O (limit is: %O)",
                   length, limit);
    return true;
}

bool is_skipped(ngx_http_request_t* r) {
    ngx_str_t value;
    if (!is_true(r, loc_conf(r).store_skip, value)) {
        return false;
    }
    ngx_log_debug1(
        NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
        "srcache_store skipped due to the true value fed into srcache_store_skip: \"%V\"", &value);
    return true;
}

time_t capped(const LocConf& conf, time_t expire) {
    const time_t wanted = expire > 0 ? expire : conf.default_expire;
    return conf.max_expire > 0 ? std::min(wanted, conf.max_expire) : wanted;
}

} // namespace

bool may_store(ngx_http_request_t* r, Stored& stored) {
    const LocConf& conf = loc_conf(r);

    if (conf.store == nullptr) {
        return false;
    }
    if (r->method == NGX_HTTP_HEAD) {
        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "srcache_store skipped due to request method HEAD");
        return false;
    }
    if (!conf.ignore_content_encoding && is_encoded(r)) {
        return false;
    }

    time_t expire = 0;
    if (conf.response_cache_control && is_forbidden(r, expire)) {
        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "srcache_store skipped due to response header Cache-Control");
        return false;
    }
    stored.expire = capped(conf, expire);

    return !is_skipped(r) && has_status(r) && !is_too_large(r);
}

} // namespace srcache
