// The headers of a response that nginx finds through a pointer of headers_out, its "slot": its
// filters look there, and make the header themselves where it is null. What sets or removes such a
// header has to keep the slot in step with the list.
#pragma once

#include "ngx/http.hpp"
#include "ngx/request_headers.hpp"
#include "ngx/str.hpp"

namespace ngx {

struct ResponseSlot {
    std::string_view name;
    ngx_table_elt_t* ngx_http_headers_out_t::*member;
    bool multi = false; // the header may appear several times
};

namespace detail {

inline constexpr ResponseSlot kResponseSlots[] = {
    {"date", &ngx_http_headers_out_t::date},
    {"etag", &ngx_http_headers_out_t::etag},
    {"link", &ngx_http_headers_out_t::link, true},
    {"server", &ngx_http_headers_out_t::server},
    {"refresh", &ngx_http_headers_out_t::refresh},
    {"expires", &ngx_http_headers_out_t::expires},
    {"location", &ngx_http_headers_out_t::location},
    {"last-modified", &ngx_http_headers_out_t::last_modified},
    {"content-range", &ngx_http_headers_out_t::content_range},
    {"accept-ranges", &ngx_http_headers_out_t::accept_ranges},
    {"cache-control", &ngx_http_headers_out_t::cache_control, true},
    {"content-length", &ngx_http_headers_out_t::content_length},
    {"content-encoding", &ngx_http_headers_out_t::content_encoding},
    {"www-authenticate", &ngx_http_headers_out_t::www_authenticate, true},
};

// Bit n is set if a slot's name has n bytes.
constexpr uint32_t slot_name_sizes() {
    uint32_t sizes = 0;
    for (const ResponseSlot& slot : kResponseSlots) {
        sizes |= 1U << slot.name.size();
    }
    return sizes;
}

} // namespace detail

// The slot of the header of that name, in any case; null if it has none. Most have none, which the
// length nearly always tells.
inline const ResponseSlot* find_response_slot(std::string_view name) {
    constexpr uint32_t kSizes = detail::slot_name_sizes();
    if (name.size() >= 32 || (kSizes >> name.size() & 1) == 0) {
        return nullptr;
    }
    for (const ResponseSlot& slot : detail::kResponseSlots) {
        if (equal_nocase(slot.name, name)) {
            return &slot;
        }
    }
    return nullptr;
}

// Adds a header to the list; null when memory is short.
inline ngx_table_elt_t* add_response_header(ngx_http_request_t* r, const ngx_str_t& key,
                                            const ngx_str_t& value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
    if (header != nullptr) {
        *header = {};
        header->hash = 1;
        header->key = key;
        header->value = value;
    }
    return header;
}

} // namespace ngx
