// iconv_filter: converts response bodies.
#include "iconv.hpp"
#include "ngx/body_writer.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"

namespace iconv_module {

namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

// Gathers converted text for the next filter.
class BodySink final : public Sink {
public:
    explicit BodySink(ngx::BodyWriter& body) : body_(body) {}

    bool write(std::string_view text) override { return body_.write(text); }

private:
    ngx::BodyWriter& body_;
};

struct Context {
    Converter converter;
    ngx::BodyBuffers buffers;

    Context(const Sets& sets, size_t buffer_size)
        : converter(sets.from, sets.to), buffers{&ngx_http_iconv_module, buffer_size} {}
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

    auto* ctx = ngx::make<Context>(r->pool, *sets, loc_conf(r).buffer_size);
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
bool convert(ngx_http_request_t* r, Context& ctx, ngx_buf_t& b, ngx::BodyWriter& body) {
    if (!ngx_buf_in_memory(&b) && ngx_buf_size(&b) != 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "ngx_iconv only supports in-memory bufs");
        return false;
    }

    BodySink out(body);
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
    return body.copy_marks(b);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_iconv_module));
    if (ctx == nullptr || in == nullptr) {
        return next_body_filter(r, in);
    }

    ngx::BodyWriter out(r->pool, ctx->buffers);
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
    ctx->buffers.sent(r->pool, chain);
    return rc;
}

} // namespace

void install_filter() {
    ngx::add_filters(header_filter, next_header_filter, body_filter, next_body_filter);
}

} // namespace iconv_module
