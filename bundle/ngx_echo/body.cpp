#include "body.hpp"

#include "handler.hpp"

namespace echo {

namespace {

void on_body(ngx_http_request_t* r) noexcept {
    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    if (ctx->wait == Wait::reading) {
        ctx->wait = Wait::none;
    } else {
        wake(r, *ctx);
    }
}

} // namespace

ngx_int_t read_body(ngx_http_request_t* r, Context& ctx) {
    if (r != r->main || r->request_body != nullptr) {
        return NGX_OK;
    }

    ctx.wait = Wait::reading;
    const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
    const bool is_complete = ctx.wait == Wait::none;

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE || rc == NGX_ERROR) {
        ctx.wait = Wait::none;
        return rc;
    }

    // nginx counts a reference for the callback; the content handler has one of its own.
    r->main->count--;
    ctx.wait = is_complete ? Wait::none : Wait::body;
    return NGX_OK;
}

ngx_int_t run_read_request_body(ngx_http_request_t* r, Context& ctx, const Args&) {
    return read_body(r, ctx);
}

} // namespace echo
