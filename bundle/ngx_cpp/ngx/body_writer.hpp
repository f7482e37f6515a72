// Building a response body out of small pieces of text, in buffers of one size.
//
// BodyBuffers belongs to a request and keeps the buffers that were sent, to fill them again.
// A BodyWriter lives as long as one call of a filter or handler: it gathers a chain, which
// BodyBuffers::sent() takes back after the chain went to the next filter.
#pragma once

#include "ngx/chain.hpp"
#include "ngx/http.hpp"

#include <algorithm>

namespace ngx {

struct BodyBuffers {
    ngx_buf_tag_t tag; // the module's address
    size_t size;       // of a buffer
    ngx_chain_t* free = nullptr;
    ngx_chain_t* busy = nullptr;

    // The next filter got `chain`: what it has sent becomes free.
    void sent(ngx_pool_t* pool, ngx_chain_t* chain) {
        ngx_chain_update_chains(pool, &free, &busy, &chain, tag);
    }
};

class BodyWriter {
public:
    BodyWriter(ngx_pool_t* pool, BodyBuffers& buffers) : pool_(pool), buffers_(buffers) {}
    BodyWriter(const BodyWriter&) = delete;
    BodyWriter& operator=(const BodyWriter&) = delete;

    // False when memory is short.
    [[nodiscard]] bool write(std::string_view text) {
        while (!text.empty()) {
            if (!reserve(1)) {
                return false;
            }
            const size_t n = std::min(text.size(), room());
            current_->last = ngx_cpymem(current_->last, text.data(), n);
            text.remove_prefix(n);
        }
        return true;
    }

    // Sees to it that the next n bytes come to lie in one buffer.
    [[nodiscard]] bool reserve(size_t n) { return room() >= n || add_buffer(n); }

    [[nodiscard]] bool write_number(uint64_t number) {
        u_char digits[NGX_INT64_LEN];
        return write(view(digits, ngx_sprintf(digits, "%uL", number)));
    }

    // Hands on what `b` says besides its bytes: that the body ends, or is to be sent at once.
    [[nodiscard]] bool copy_marks(const ngx_buf_t& b) {
        if (!b.flush && !b.sync && !ends_body(b)) {
            return true;
        }
        if (current_ == nullptr || is_marked_) {
            ngx_chain_t* cl = text_link(pool_, {});
            if (cl == nullptr) {
                return false;
            }
            cl->buf->sync = b.sync;
            append(cl);
        }
        current_->flush = b.flush;
        current_->last_buf = b.last_buf;
        current_->last_in_chain = b.last_in_chain;
        is_marked_ = true;
        return true;
    }

    [[nodiscard]] ngx_chain_t* chain() const { return first_; }
    [[nodiscard]] size_t count() const { return buffers_count_; }

private:
    [[nodiscard]] size_t room() const {
        return current_ == nullptr || is_marked_
                   ? 0
                   : static_cast<size_t>(current_->end - current_->last);
    }

    bool add_buffer(size_t least) {
        ngx_chain_t* cl = ngx_chain_get_free_buf(pool_, &buffers_.free);
        if (cl == nullptr) {
            return false;
        }
        ngx_buf_t& b = *cl->buf;
        u_char* start = b.start;
        auto size = static_cast<size_t>(b.end - b.start);
        if (start == nullptr || size < least) {
            size = std::max(least, buffers_.size);
            start = static_cast<u_char*>(ngx_palloc(pool_, size));
            if (start == nullptr) {
                return false;
            }
        }
        b = {};
        b.start = b.pos = b.last = start;
        b.end = start + size;
        b.temporary = 1;
        b.tag = buffers_.tag;
        append(cl);
        buffers_count_++;
        return true;
    }

    void append(ngx_chain_t* cl) {
        cl->next = nullptr;
        *last_ = cl;
        last_ = &cl->next;
        current_ = cl->buf;
        is_marked_ = false;
    }

    ngx_pool_t* pool_;
    BodyBuffers& buffers_;
    ngx_chain_t* first_ = nullptr;
    ngx_chain_t** last_ = &first_;
    ngx_buf_t* current_ = nullptr;
    size_t buffers_count_ = 0;
    bool is_marked_ = false; // current_ says more than its bytes, which are complete
};

} // namespace ngx
