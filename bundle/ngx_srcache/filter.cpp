// The output filters: they keep back what subrequests of the module say, and copy what is to be
// stored on its way to the client.
#include "fetch.hpp"
#include "store.hpp"
#include "subrequest.hpp"

#include "ngx/chain.hpp"
#include "ngx/module.hpp"

namespace srcache {

namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

bool has_no_body(const ngx_http_request_t* r) {
    const ngx_uint_t status = r->headers_out.status;
    return r->method == NGX_HTTP_HEAD || status == NGX_HTTP_NO_CONTENT ||
           status == NGX_HTTP_NOT_MODIFIED || status < NGX_HTTP_OK;
}

void keep_back_header(ngx_http_request_t* sr, const Exchange& exchange) {
    sr->header_sent = 1;
    sr->filter_need_in_memory = 1;
    if (has_no_body(sr)) {
        sr->header_only = 1;
    }
    if (exchange.kind == Exchange::Kind::fetch && is_own(exchange, sr)) {
        take_fetch_header(sr, exchange.context->fetched);
    }
}

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    if (r != r->main) {
        const Exchange* exchange = exchange_of(r);
        if (exchange == nullptr) {
            return next_header_filter(r);
        }
        keep_back_header(r, *exchange);
        return NGX_OK;
    }

    Context* ctx = context(r);
    if (ctx != nullptr && ctx->store == Context::Store::undecided &&
        ctx->fetch != Context::Fetch::hit) {
        begin_store(r, *ctx);
    }
    return next_header_filter(r);
}

ngx_int_t keep_back_body(ngx_http_request_t* sr, const Exchange& exchange, ngx_chain_t* in) {
    if (exchange.kind == Exchange::Kind::fetch &&
        !take_fetch_body(sr, exchange.context->fetched, in, is_own(exchange, sr))) {
        return NGX_ERROR;
    }
    for (; in != nullptr; in = in->next) {
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
    return NGX_OK;
}

// The store gets the response when the client has got it, so nobody waits for the store.
void finish_if_sent(ngx_http_request_t* r, Context& ctx) {
    if (ctx.store == Context::Store::flushing && !r->connection->buffered) {
        finish_store(r, ctx);
    }
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    if (r != r->main) {
        const Exchange* exchange = exchange_of(r);
        return exchange == nullptr ? next_body_filter(r, in) : keep_back_body(r, *exchange, in);
    }

    Context* ctx = context(r);
    if (ctx == nullptr) {
        return next_body_filter(r, in);
    }

    if (ctx->store == Context::Store::collecting) {
        collect(r, *ctx, in);
        if (ctx->store == Context::Store::collecting && ngx::find_last(in) != nullptr) {
            ctx->store = Context::Store::flushing;
        }
    }

    const ngx_int_t rc = next_body_filter(r, in);
    if (rc == NGX_ERROR) {
        ctx->store = Context::Store::never;
        return rc;
    }
    finish_if_sent(r, *ctx);
    return rc;
}

} // namespace

void install_filters() {
    ngx::add_filters(header_filter, next_header_filter, body_filter, next_body_filter);
}

} // namespace srcache
