#include "lua_http/output.hpp"

#include "lua_http/http_host.hpp"
#include "lua_text/cells.hpp"
#include "ngx/log.hpp"

#include <algorithm>

namespace lua::http {
namespace {

constexpr size_t kMaxBufferSize = 16 * 1024;

ngx_buf_tag_t tag() {
    return &ngx_http_lua_module;
}

} // namespace

bool Output::buffers_http10() const noexcept {
    ngx_http_request_t& r = host_.request;
    return r.http_version < NGX_HTTP_VERSION_11 && !r.header_sent &&
           r.headers_out.content_length_n < 0 && loc_conf(&r).http10_buffering;
}

const char* Output::write(const OutCell* cells, int n, bool newline) noexcept {
    ngx_http_request_t& r = host_.request;
    if (r.header_sent && r.header_only) {
        return "header only";
    }
    if (ended_) {
        return "seen eof";
    }
    if (!r.header_sent) {
        if (buffers_http10()) {
            NGX_LUA_DEBUG(host_.log(), "lua buffering output bufs for the HTTP 1.0 request");
        } else if (send_header_now() != NGX_OK) {
            return kFilterError;
        }
        wrote_ = true;
        if (r.header_only) {
            return nullptr;
        }
    }

    NGX_LUA_DEBUG(host_.log(), newline ? "lua say response" : "lua print response");
    size_t size = text::cells_length_bound(cells, n) + (newline ? 1 : 0);
    if (size == 0) {
        return nullptr;
    }
    u_char* p = reserve(size);
    if (p == nullptr) {
        return "no memory";
    }
    u_char* last = text::write_cells(p, cells, n);
    if (newline) {
        *last++ = '\n';
    }
    tail_->buf->last = last;
    gathered_size_ += static_cast<size_t>(last - p);

    if (!r.header_sent) {
        return nullptr; // HTTP/1.0: until the end
    }
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(&r, ngx_http_core_module));
    bool calls_are_visible = loc_conf(&r).body_filter != nullptr;
    if (calls_are_visible || gathered_size_ >= std::max<size_t>(core->postpone_output, 1)) {
        if (push() == NGX_ERROR) {
            return kFilterError;
        }
    }
    return nullptr;
}

u_char* Output::reserve(size_t size) noexcept {
    if (tail_ != nullptr && static_cast<size_t>(tail_->buf->end - tail_->buf->last) >= size) {
        return tail_->buf->last;
    }
    ngx_chain_t* link = take_link(size);
    if (link == nullptr) {
        return nullptr;
    }
    (gathered_ == nullptr ? gathered_ : tail_->next) = link;
    tail_ = link;
    return link->buf->last;
}

ngx_chain_t* Output::take_link(size_t size) noexcept {
    ngx_pool_t* pool = host_.pool();

    if (free_ != nullptr && static_cast<size_t>(free_->buf->end - free_->buf->start) >= size) {
        ngx_chain_t* link = free_;
        free_ = link->next;
        link->next = nullptr;
        NGX_LUA_DEBUG(host_.log(), "lua reuse free buf memory %O >= %uz, cl:%p, p:%p",
                      static_cast<off_t>(link->buf->end - link->buf->start), size, link,
                      link->buf->start);
        link->buf->pos = link->buf->start;
        link->buf->last = link->buf->start;
        link->buf->temporary = 1; // not so if it last carried a flush alone
        link->buf->sync = 0;
        link->buf->temporary = 1; // a link that only carried a flag is not
        link->buf->sync = 0;
        link->buf->flush = 0;
        link->buf->last_buf = 0;
        link->buf->last_in_chain = 0;
        return link;
    }

    size_t capacity = std::max(size, next_size_);
    next_size_ = std::min(next_size_ * 2, kMaxBufferSize);
    NGX_LUA_DEBUG(host_.log(), "lua allocate new chainlink and new buf of size %uz", capacity);
    ngx_chain_t* link = ngx_alloc_chain_link(pool);
    ngx_buf_t* buf = link == nullptr ? nullptr : ngx_create_temp_buf(pool, capacity);
    if (buf == nullptr) {
        return nullptr;
    }
    buf->tag = tag();
    link->buf = buf;
    link->next = nullptr;
    return link;
}

ngx_int_t Output::send_header_now() noexcept {
    ngx_http_request_t& r = host_.request;

    if (r.headers_out.status == 0) {
        r.headers_out.status = NGX_HTTP_OK;
    }
    if (!host_.content_type_set && loc_conf(&r).use_default_type &&
        r.headers_out.content_type.len == 0) {
        if (ngx_http_set_content_type(&r) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (!host_.header_set) {
        ngx_http_clear_content_length((&r));
        ngx_http_clear_accept_ranges((&r));
    }
    ngx_int_t rc = ngx_http_send_header(&r);
    return rc == NGX_ERROR || rc > NGX_OK ? NGX_ERROR : NGX_OK;
}

const char* Output::send_header() noexcept {
    ngx_http_request_t& r = host_.request;
    NGX_LUA_DEBUG(host_.log(), "lua send headers");
    if (r.header_sent || ended_) {
        return nullptr;
    }
    wrote_ = true;
    if (buffers_http10()) {
        return nullptr;
    }
    return send_header_now() == NGX_OK ? nullptr : kFilterError;
}

const char* Output::flush(bool waits) noexcept {
    ngx_http_request_t& r = host_.request;
    if (r.header_sent && r.header_only) {
        return "header only";
    }
    if (ended_) {
        return "seen eof";
    }
    if (wrote_ && buffers_http10()) {
        NGX_LUA_DEBUG(host_.log(), "lua http 1.0 buffering makes ngx.flush() a no-op");
        return "buffering";
    }
    if (!r.header_sent) {
        return "nothing to flush";
    }
    if (gathered_ == nullptr && !passed_ && !waits) {
        return "nothing to flush";
    }

    ngx_chain_t* link = gathered_;
    if (link == nullptr) {
        link = take_link(0);
        if (link == nullptr) {
            return "no memory";
        }
        link->buf->temporary = 0; // carries no bytes, only the flag
        link->buf->sync = 1;
        gathered_ = tail_ = link;
    }
    tail_->buf->flush = 1;
    return push() == NGX_ERROR ? kFilterError : nullptr;
}

const char* Output::end() noexcept {
    if (ended_) {
        return "seen eof";
    }
    NGX_LUA_DEBUG(host_.log(), "lua send eof");
    return finish() == NGX_ERROR ? kFilterError : nullptr;
}

ngx_int_t Output::push() noexcept {
    if (gathered_ == nullptr || !host_.request.header_sent) {
        return NGX_OK;
    }
    ngx_chain_t* chain = gathered_;
    gathered_ = tail_ = nullptr;
    gathered_size_ = 0;
    return pass(chain);
}

ngx_int_t Output::pass(ngx_chain_t* chain) noexcept {
    ngx_http_request_t& r = host_.request;
    passed_ = true;
    ngx_int_t rc = ngx_http_output_filter(&r, chain);
    ngx_chain_update_chains(r.pool, &free_, &busy_, &chain, tag());
    return rc;
}

void Output::set_content_length() noexcept {
    ngx_http_request_t& r = host_.request;
    NGX_LUA_DEBUG(host_.log(), "lua sending HTTP 1.0 response headers");
    r.headers_out.content_length_n = static_cast<off_t>(gathered_size_);
    if (r.headers_out.content_length != nullptr) {
        r.headers_out.content_length->hash = 0;
        r.headers_out.content_length = nullptr;
    }
}

ngx_int_t Output::finish() noexcept {
    ngx_http_request_t& r = host_.request;
    if (ended_) {
        return NGX_OK;
    }
    if (!r.header_sent) {
        bool gathers = buffers_http10() && gathered_ != nullptr;
        bool keep = host_.header_set;
        if (gathers) {
            set_content_length();
            host_.header_set = true; // or the length would be cleared
        }
        ngx_int_t rc = send_header_now();
        host_.header_set = keep;
        if (rc != NGX_OK) {
            return rc;
        }
    }
    ended_ = true;
    if (r.header_only) {
        discard();
        return NGX_OK;
    }
    return pass_last();
}

ngx_int_t Output::pass_last() noexcept {
    ngx_http_request_t& r = host_.request;
    bool main = &r == r.main;

    if (gathered_ == nullptr) {
        return main ? ngx_http_send_special(&r, NGX_HTTP_LAST)
                    : ngx_http_send_special(&r, NGX_HTTP_LAST | NGX_HTTP_FLUSH);
    }
    tail_->buf->last_in_chain = 1;
    tail_->buf->last_buf = main ? 1 : 0;
    ngx_chain_t* chain = gathered_;
    gathered_ = tail_ = nullptr;
    gathered_size_ = 0;
    return ngx_http_output_filter(&r, chain); // nothing follows that could use the buffers again
}

void Output::discard() noexcept {
    gathered_ = tail_ = nullptr;
    gathered_size_ = 0;
}

} // namespace lua::http
