// Request headers: the rewrite handler.
#include "headers_more.hpp"

namespace headers_more {

namespace {

// The request's Content-Type as it stands: one with parameters is no listed type.
std::string_view request_type(const ngx_http_request_t* r) {
    const ngx_table_elt_t* h = r->headers_in.content_type;
    return h == nullptr ? std::string_view{} : ngx::view(h->value);
}

// Leaves one header of the name with the value; none if the value is empty.
ngx_int_t change_list(ngx_http_request_t* r, const Change& change, const ngx_str_t& value,
                      size_t found) {
    const auto is_affected = [&](const ngx_table_elt_t& h) {
        return is_about(change, ngx::view(h.key), value);
    };

    // A subrequest that changes anything needs a list of its own.
    const size_t wanted = value.len == 0 ? 0 : 1;
    if (found > wanted || r != r->main) {
        size_t seen = 0;
        const auto is_surplus = [&](const ngx_table_elt_t& h) {
            return is_affected(h) && ++seen > wanted;
        };
        if (!ngx::remove_request_headers(r, is_surplus)) {
            return NGX_ERROR;
        }
    }

    if (wanted == 1 && found == 0) {
        return ngx::add_request_header(r, change.name, value) == nullptr ? NGX_ERROR : NGX_OK;
    }

    ngx::for_each_header(r->headers_in.headers, [&](ngx_table_elt_t& h) {
        if (is_affected(h)) {
            h.value = value;
        }
    });
    return NGX_OK;
}

ngx_int_t change_request(ngx_http_request_t* r, const Change& change, const ngx_str_t& value,
                         Existing existing) {
    size_t found = 0;
    ngx::for_each_header(r->headers_in.headers, [&](const ngx_table_elt_t& h) {
        found += is_about(change, ngx::view(h.key), value) ? 1 : 0;
    });

    if (found == 0 && (value.len == 0 || existing == Existing::require)) {
        return NGX_OK;
    }
    if (change_list(r, change, value, found) != NGX_OK) {
        return NGX_ERROR;
    }

    const auto matches = [&](std::string_view name) { return is_about(change, name, value); };
    if (ngx::reparse_request_headers(r, matches) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx::share_request_headers(r);
    return NGX_OK;
}

} // namespace

ngx_int_t rewrite_handler(ngx_http_request_t* r) noexcept {
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "headers more rewrite handler, uri \"%V\"", &r->uri);

    if (!ngx::has_header_list(r)) {
        return NGX_DECLINED;
    }

    for (const Command& command : commands(loc_conf(r).input)) {
        if (!has_type(command.types, request_type(r))) {
            continue;
        }
        for (const Change& change : command.changes) {
            ngx_str_t value;
            if (!evaluate(r, change, value) ||
                change_request(r, change, value, command.existing) != NGX_OK) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }
        }
    }

    return NGX_DECLINED;
}

} // namespace headers_more
