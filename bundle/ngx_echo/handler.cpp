#include "handler.hpp"

#include "output.hpp"

namespace echo {

namespace {

// Output that the client has not taken yet goes on while commands wait.
void watch_output(ngx_http_request_t* r) {
    ngx_connection_t* c = r->connection;
    if (r == c->data && c->buffered != 0) {
        const auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
            ngx_http_get_module_loc_conf(r, ngx_http_core_module));
        ngx_handle_write_event(c->write, clcf->send_lowat);
    }
}

// The socket has become writable, a subrequest has ended, or it is this request's turn to send.
void on_write(ngx_http_request_t* r) noexcept {
    const bool has_output = r->postponed != nullptr || r->buffered || r->connection->buffered;
    if (r->header_sent && has_output && ngx_http_output_filter(r, nullptr) == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    watch_output(r);

    auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    if (ctx->wait == Wait::subrequest && ctx->subrequest->done) {
        wake(r, *ctx);
    }
}

ngx_int_t finish(ngx_http_request_t* r) {
    ngx_int_t rc = send_header(r);
    if (rc != NGX_OK) {
        return rc;
    }

    // A body that no command has read would be taken for the next request.
    if (r == r->main && r->request_body == nullptr) {
        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return r->header_only ? NGX_OK : ngx_http_send_special(r, NGX_HTTP_LAST);
}

// Runs commands until one waits (see ctx.wait), fails, or the last one is done.
ngx_int_t run(ngx_http_request_t* r, Context& ctx) {
    const std::span<const Command> list = commands(loc_conf(r).handler);

    while (ctx.next < list.size()) {
        const Command& command = list[ctx.next++];

        Args args;
        if (!evaluate(r, command, args)) {
            return r->header_sent ? NGX_ERROR : NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        const ngx_int_t rc = command.run(r, ctx, args);
        if (rc != NGX_OK) {
            // An error page cannot follow a header.
            return rc >= NGX_HTTP_SPECIAL_RESPONSE && r->header_sent ? NGX_ERROR : rc;
        }

        if (ctx.wait != Wait::none) {
            r->write_event_handler = on_write;
            watch_output(r);
            return NGX_AGAIN;
        }

        if (r->header_sent && r->header_only) {
            break;
        }
    }

    return finish(r);
}

} // namespace

ngx_int_t content_handler(ngx_http_request_t* r) noexcept {
    Context* ctx = context(r);
    if (ctx == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    const ngx_int_t rc = run(r, *ctx);
    if (ctx->wait != Wait::none) {
        r->main->count++; // until wake() finalizes the request
        return NGX_DONE;
    }
    return rc;
}

void wake(ngx_http_request_t* r, Context& ctx) {
    ctx.wait = Wait::none;

    const ngx_int_t rc = run(r, ctx);
    if (ctx.wait == Wait::none) {
        ngx_http_finalize_request(r, rc);
    }
}

} // namespace echo
