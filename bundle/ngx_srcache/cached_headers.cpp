#include "cached_headers.hpp"

#include "srcache.hpp"

#include "ngx/content_type.hpp"
#include "ngx/response_headers.hpp"

#include <algorithm>

namespace srcache {

namespace {

using HeadersOut = ngx_http_headers_out_t;

// What the connection to the client decides anew, and the length of the body.
constexpr std::string_view kDropped[] = {
    "Connection",
    "Keep-Alive",
    "Content-Length",
    "Transfer-Encoding",
};

bool is_dropped(std::string_view name) {
    return std::ranges::any_of(
        kDropped, [name](std::string_view dropped) { return ngx::equal_nocase(name, dropped); });
}

ngx_table_elt_t* HeadersOut::*find_slot(const CachedHeader& header) {
    const ngx::ResponseSlot* slot = ngx::find_response_slot(ngx::view(header.name));
    if (slot == nullptr) {
        return nullptr;
    }
    // nginx would complete a path with the host.
    const bool is_path = header.value.len != 0 && header.value.data[0] == '/';
    return slot->member == &HeadersOut::location && is_path ? nullptr : slot->member;
}

ngx_int_t add_header(ngx_http_request_t* r, const CachedHeader& header) {
    ngx_table_elt_t* h = ngx::add_response_header(r, header.name, header.value);
    if (h == nullptr) {
        return NGX_ERROR;
    }

    const auto member = find_slot(header);
    if (member == nullptr) {
        return NGX_OK;
    }

    // Those that stand several times are linked.
    ngx_table_elt_t** end = &(r->headers_out.*member);
    while (*end != nullptr) {
        end = &(*end)->next;
    }
    *end = h;

    if (member == &HeadersOut::last_modified) {
        r->headers_out.last_modified_time =
            ngx_parse_http_time(header.value.data, header.value.len);
    }
    return NGX_OK;
}

} // namespace

ngx_int_t set_cached_headers(ngx_http_request_t* r, const ngx_array_t& headers) {
    const std::span list(static_cast<CachedHeader*>(headers.elts), headers.nelts);

    for (const CachedHeader& header : list) {
        const std::string_view name = ngx::view(header.name);
        if (ngx::equal_nocase(name, "Content-Type")) {
            ngx::set_content_type(r->headers_out, header.value);
        } else if (ngx::equal_nocase(name, kAllowRanges)) {
            r->allow_ranges = 1;
        } else if (!is_dropped(name) && add_header(r, header) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

} // namespace srcache
