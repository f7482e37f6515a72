// Small changes to chains of buffers on their way through output filters.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

namespace ngx {

// A link with text that lives as long as the request; null when memory is short. Without text it is
// an empty buffer that carries no data.
[[nodiscard]] inline ngx_chain_t* text_link(ngx_pool_t* pool, std::string_view text,
                                            ngx_chain_t* next = nullptr) {
    auto* b = static_cast<ngx_buf_t*>(ngx_calloc_buf(pool));
    ngx_chain_t* cl = ngx_alloc_chain_link(pool);
    if (b == nullptr || cl == nullptr) {
        return nullptr;
    }

    if (text.empty()) {
        b->sync = 1; // nginx takes an empty buffer of another kind for an error
    } else {
        b->start = b->pos = bytes(text.data());
        b->end = b->last = b->pos + text.size();
        b->memory = 1;
    }

    cl->buf = b;
    cl->next = next;
    return cl;
}

inline bool ends_body(const ngx_buf_t& b) {
    return b.last_buf || b.last_in_chain;
}

// The link that ends the body; null if it is not in this chain.
inline ngx_chain_t* find_last(ngx_chain_t* in) {
    while (in != nullptr && !ends_body(*in->buf)) {
        in = in->next;
    }
    return in;
}

// Appends `after` behind the body's last buffer, which hands its marks on to the new end.
inline void append_to_body(ngx_chain_t* last, ngx_chain_t* after) {
    ngx_chain_t* end = after;
    while (end->next != nullptr) {
        end = end->next;
    }
    end->buf->last_buf = last->buf->last_buf;
    end->buf->last_in_chain = last->buf->last_in_chain;

    last->buf->last_buf = 0;
    last->buf->last_in_chain = 0;
    if (ngx_buf_size(last->buf) == 0) {
        last->buf->sync = 1; // an empty buffer without any mark is an error for nginx
    }
    last->next = after;
}

} // namespace ngx
