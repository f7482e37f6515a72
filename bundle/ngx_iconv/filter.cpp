// iconv_filter: converts response bodies.
#include "iconv.hpp"
#include "ngx/chain.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"

#include <algorithm>

namespace iconv_module {

namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

ngx_buf_tag_t tag() {
    return &ngx_http_iconv_module;
}

// A chain of buffers of one size, filled from the front. Buffers that were sent are used again.
class Output final : public Sink {
public:
    Output(ngx_pool_t* pool, ngx_chain_t*& free, size_t size)
        : pool_(pool), free_(free), size_(size) {}

    bool write(std::string_view text) override {
        while (!text.empty()) {
            if (room() == 0 && !add_buffer()) {
                return false;
            }
            const size_t n = std::min(text.size(), room());
            current_->last = ngx_cpymem(current_->last, text.data(), n);
            text.remove_prefix(n);
        }
        return true;
    }

    // Hands on what `b` says besides its bytes. False when memory is short.
    bool copy_marks(const ngx_buf_t& b) {
        if (!b.flush && !b.sync && !ngx::ends_body(b)) {
            return true;
        }
        if (current_ == nullptr || current_->flush || current_->sync) {
            current_ = nullptr;
            ngx_chain_t* cl = ngx::text_link(pool_, {});
            if (cl == nullptr) {
                return false;
            }
            cl->buf->sync = b.sync;
            append(cl);
        }
        current_->flush = b.flush;
        current_->last_buf = b.last_buf;
        current_->last_in_chain = b.last_in_chain;
        full_ = true;
        return true;
    }

    [[nodiscard]] ngx_chain_t* chain() const { return first_; }

private:
    [[nodiscard]] size_t room() const {
        return current_ == nullptr || full_ ? 0
                                            : static_cast<size_t>(current_->end - current_->last);
    }

    bool add_buffer() {
        ngx_chain_t* cl = ngx_chain_get_free_buf(pool_, &free_);
        if (cl == nullptr) {
            return false;
        }
        ngx_buf_t& b = *cl->buf;
        auto* start =
            b.start == nullptr ? static_cast<u_char*>(ngx_pnalloc(pool_, size_)) : b.start;
        if (start == nullptr) {
            return false;
        }
        b = {};
        b.start = b.pos = b.last = start;
        b.end = start + size_;
        b.temporary = 1;
        b.tag = tag();
        full_ = false;
        append(cl);
        return true;
    }

    void append(ngx_chain_t* cl) {
        cl->next = nullptr;
        *last_ = cl;
        last_ = &cl->next;
        current_ = cl->buf;
    }

    ngx_pool_t* pool_;
    ngx_chain_t*& free_;
    size_t size_;
    ngx_chain_t* first_ = nullptr;
    ngx_chain_t** last_ = &first_;
    ngx_buf_t* current_ = nullptr;
    bool full_ = false;
};

struct Context {
    Converter converter;
    ngx_chain_t* free;
    ngx_chain_t* busy;

    explicit Context(const Sets& sets)
        : converter(sets.from, sets.to), free(nullptr), busy(nullptr) {}
};

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    const Sets* sets = loc_conf(r).filter;
    if (sets == nullptr || r->header_only) {
        return next_header_filter(r);
    }
    if (r->http_version < NGX_HTTP_VERSION_10) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "iconv does not support HTTP < 1.0 yet");
        return next_header_filter(r);
    }

    auto* ctx = ngx::make<Context>(r->pool, *sets);
    if (ctx == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_iconv_module);

    if (r->http_version == NGX_HTTP_VERSION_10) {
        r->keepalive = 0;
    }
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    r->filter_need_in_memory = 1;
    return next_header_filter(r);
}

// Converts one buffer of the response; false if that fails (logged).
bool convert(ngx_http_request_t* r, Context& ctx, ngx_buf_t& b, Output& out) {
    if (!ngx_buf_in_memory(&b) && ngx_buf_size(&b) != 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "ngx_iconv only supports in-memory bufs");
        return false;
    }

    if (ngx_buf_in_memory(&b) && b.pos != b.last) {
        const bool ok =
            ctx.converter.is_open() && ctx.converter.feed(ngx::view(b.pos, b.last), out);
        if (!ok) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "convert error from ngx_http_do_iconv");
            return false;
        }
        b.pos = b.last;
    }
    if (b.in_file) {
        b.file_pos = b.file_last;
    }
    if (ngx::ends_body(b) && ctx.converter.is_open() && !ctx.converter.finish(out)) {
        return false;
    }
    return out.copy_marks(b);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_iconv_module));
    if (ctx == nullptr || in == nullptr) {
        return next_body_filter(r, in);
    }

    Output out(r->pool, ctx->free, loc_conf(r).buffer_size);
    for (ngx_chain_t* cl = in; cl != nullptr; cl = cl->next) {
        if (!convert(r, *ctx, *cl->buf, out)) {
            return NGX_ERROR;
        }
    }
    if (ctx->converter.take_replaced()) {
        log_replaced(r);
    }

    ngx_chain_t* chain = out.chain();
    if (chain == nullptr) {
        return NGX_OK; // all that came is the beginning of a character
    }

    const ngx_int_t rc = next_body_filter(r, chain);
    ngx_chain_update_chains(r->pool, &ctx->free, &ctx->busy, &chain, tag());
    return rc;
}

} // namespace

void install_filter() {
    ngx::add_filters(header_filter, next_header_filter, body_filter, next_body_filter);
}

} // namespace iconv_module
