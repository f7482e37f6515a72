#include "lua_engine/output_chain.hpp"

#include "lua_text/cells.hpp"
#include "ngx/log.hpp"

#include <algorithm>

namespace lua {
namespace {

constexpr size_t kMaxBufferSize = 16 * 1024;

} // namespace

bool OutputChain::write(ngx_pool_t* pool, ngx_log_t* log, const OutCell* cells, int n,
                        bool newline) noexcept {
    size_t size = text::cells_length_bound(cells, n) + (newline ? 1 : 0);
    if (size == 0) {
        return true;
    }
    u_char* p = reserve(pool, log, size);
    if (p == nullptr) {
        return false;
    }
    u_char* end = text::write_cells(p, cells, n);
    if (newline) {
        *end++ = '\n';
    }
    last_->buf->last = end;
    size_ += static_cast<size_t>(end - p);
    return true;
}

ngx_buf_t* OutputChain::last(ngx_pool_t* pool, ngx_log_t* log) noexcept {
    if (last_ == nullptr) {
        ngx_chain_t* link = take_link(pool, log, 0);
        if (link == nullptr) {
            return nullptr;
        }
        link->buf->temporary = 0; // carries no bytes, only flags
        link->buf->sync = 1;
        first_ = last_ = link;
    }
    return last_->buf;
}

ngx_chain_t* OutputChain::take() noexcept {
    ngx_chain_t* chain = first_;
    drop();
    return chain;
}

void OutputChain::passed(ngx_pool_t* pool, ngx_chain_t* chain) noexcept {
    ngx_chain_update_chains(pool, &free_, &busy_, &chain, tag_);
}

void OutputChain::drop() noexcept {
    first_ = last_ = nullptr;
    size_ = 0;
}

u_char* OutputChain::reserve(ngx_pool_t* pool, ngx_log_t* log, size_t size) noexcept {
    if (last_ != nullptr && static_cast<size_t>(last_->buf->end - last_->buf->last) >= size) {
        return last_->buf->last;
    }
    ngx_chain_t* link = take_link(pool, log, size);
    if (link == nullptr) {
        return nullptr;
    }
    (first_ == nullptr ? first_ : last_->next) = link;
    last_ = link;
    return link->buf->last;
}

ngx_chain_t* OutputChain::take_link(ngx_pool_t* pool, ngx_log_t* log, size_t size) noexcept {
    if (free_ != nullptr && static_cast<size_t>(free_->buf->end - free_->buf->start) >= size) {
        ngx_chain_t* link = free_;
        ngx_buf_t& buf = *link->buf;
        free_ = link->next;
        link->next = nullptr;
        NGX_LUA_DEBUG(log, "lua reuse free buf memory %O >= %uz, cl:%p, p:%p",
                      static_cast<off_t>(buf.end - buf.start), size, link, buf.start);
        buf.pos = buf.last = buf.start;
        buf.temporary = 1; // not so if it last carried flags alone
        buf.sync = 0;
        buf.flush = 0;
        buf.last_buf = 0;
        buf.last_in_chain = 0;
        return link;
    }

    size_t capacity = std::max(size, next_capacity_);
    next_capacity_ = std::min(next_capacity_ * 2, kMaxBufferSize);
    NGX_LUA_DEBUG(log, "lua allocate new chainlink and new buf of size %uz", capacity);
    ngx_chain_t* link = ngx_alloc_chain_link(pool);
    ngx_buf_t* buf = link == nullptr ? nullptr : ngx_create_temp_buf(pool, capacity);
    if (buf == nullptr) {
        return nullptr;
    }
    buf->tag = tag_;
    link->buf = buf;
    link->next = nullptr;
    return link;
}

} // namespace lua
