// The head of an HTTP/1 request as the client sent it, put together from nginx's buffers.
#pragma once

#include "ngx/http.hpp"
#include "ngx/pool.hpp"
#include "ngx/raw_header.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace ngx {

namespace detail {

// nginx's list of large buffers has the newest first; requests rarely have more than a few.
inline constexpr size_t kMaxHeaderBuffers = 256;

inline bool contains(const ngx_buf_t* b, const u_char* p) {
    return b->start <= p && p < b->end;
}

// The buffers with the request's head, oldest first, cut so that the first one starts with the
// request line. Empty if there are too many.
inline std::span<std::string_view> header_pieces(ngx_http_request_t* r,
                                                 std::span<std::string_view> room) {
    const u_char* start = r->request_line.data;
    size_t first = room.size();

    const auto add = [&](const ngx_buf_t* b) {
        const bool has_start = contains(b, start);
        if (first > 0) {
            room[--first] = ngx::view(has_start ? start : b->start, b->last);
        }
        return has_start;
    };

    for (ngx_chain_t* cl = r->http_connection->busy; cl != nullptr; cl = cl->next) {
        if (add(cl->buf)) {
            return room.subspan(first);
        }
    }
    return add(r->connection->buffer) ? room.subspan(first) : std::span<std::string_view>{};
}

inline bool is_header_line(const ngx_http_request_t* r, const u_char* p) {
    for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr;
         part = part->next) {
        const std::span headers(static_cast<ngx_table_elt_t*>(part->elts), part->nelts);
        if (std::ranges::any_of(headers, [&](const auto& h) { return h.key.data == p; })) {
            return true;
        }
    }
    return false;
}

} // namespace detail

// The head of the main request of r, allocated in its pool; data is null if there is none (HTTP/2
// and later, a request that nginx made up itself) or memory is short. The request line, with its
// line end, is the first line.
inline ngx_str_t raw_request_head(ngx_http_request_t* r) {
    r = r->main;

    if (r->request_line.data == nullptr || r->http_version >= NGX_HTTP_VERSION_20 ||
        r->http_connection == nullptr || r->connection->buffer == nullptr) {
        return {0, nullptr};
    }

    std::string_view room[detail::kMaxHeaderBuffers];
    const std::span<std::string_view> pieces = detail::header_pieces(r, room);

    size_t size = 0;
    for (std::string_view piece : pieces) {
        size += piece.size();
    }

    auto* out = size == 0 ? nullptr : static_cast<u_char*>(ngx_pnalloc(r->pool, size));
    if (out == nullptr) {
        return {0, nullptr};
    }

    const size_t length = restore_header(pieces, reinterpret_cast<char*>(out), [&](const char* p) {
        return detail::is_header_line(r, reinterpret_cast<const u_char*>(p));
    });
    return {length, out};
}

} // namespace ngx
