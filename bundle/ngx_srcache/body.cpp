#include "body.hpp"

#include "ngx/str.hpp"

#include <algorithm>

namespace srcache {

namespace {

// The largest buffer that is made ahead of what it will hold.
constexpr off_t kMaxAhead = 1024 * 1024;

} // namespace

bool Body::add_buffer(ngx_pool_t* pool, size_t size) {
    ngx_chain_t* link = ngx_alloc_chain_link(pool);
    ngx_buf_t* buf = link == nullptr ? nullptr : ngx_create_temp_buf(pool, size);
    if (buf == nullptr) {
        return false;
    }

    link->buf = buf;
    link->next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = link;
    last_ = link;
    return true;
}

bool Body::append(ngx_pool_t* pool, std::string_view bytes) {
    const size_t room =
        last_ == nullptr ? 0 : static_cast<size_t>(last_->buf->end - last_->buf->last);

    if (room < bytes.size()) {
        // As much again as there is, if nothing better is known.
        const off_t ahead = expected_ > size_ ? expected_ - size_ : size_;
        const auto wanted = static_cast<size_t>(std::min(ahead, kMaxAhead));
        if (!add_buffer(pool, std::max(bytes.size(), wanted))) {
            return false;
        }
    }

    last_->buf->last = ngx_cpymem(last_->buf->last, bytes.data(), bytes.size());
    size_ += static_cast<off_t>(bytes.size());
    return true;
}

bool Body::append(ngx_pool_t* pool, const ngx_chain_t* in) {
    for (; in != nullptr; in = in->next) {
        const ngx_buf_t& buf = *in->buf;
        if (ngx_buf_in_memory(&buf) && buf.pos < buf.last &&
            !append(pool, ngx::view(buf.pos, buf.last))) {
            return false;
        }
    }
    return true;
}

} // namespace srcache
