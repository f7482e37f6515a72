#include "sleep.hpp"

#include "handler.hpp"

namespace echo {

namespace {

// The duration in milliseconds, NGX_ERROR (logged) if it is none.
ngx_int_t parse_duration(ngx_http_request_t* r, const Args& args) {
    ngx_str_t text = args.values[0];
    const ngx_int_t msec = ngx_atofp(text.data, text.len, 3);
    if (msec == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "invalid sleep duration \"%V\"", &text);
    }
    return msec;
}

void on_timer(ngx_event_t* ev) noexcept {
    auto* r = static_cast<ngx_http_request_t*>(ev->data);
    ngx_connection_t* c = r->connection;
    ngx_http_set_log_request(c->log, r);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, c->log, 0, "echo sleep event handler: \"%V?%V\"", &r->uri,
                   &r->args);

    wake(r, *context(r));
    ngx_http_run_posted_requests(c);
}

void stop_timer(void* data) noexcept {
    auto* ev = static_cast<ngx_event_t*>(data);
    if (ev->timer_set) {
        ngx_del_timer(ev);
    }
}

} // namespace

ngx_int_t run_sleep(ngx_http_request_t* r, Context& ctx, const Args& args) {
    const ngx_int_t msec = parse_duration(r, args);
    if (msec == NGX_ERROR) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (ctx.sleep.handler == nullptr) {
        ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(r, 0);
        if (cleanup == nullptr) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        cleanup->handler = stop_timer;
        cleanup->data = &ctx.sleep;

        ctx.sleep.handler = on_timer;
        ctx.sleep.data = r;
        ctx.sleep.log = r->connection->log;
    }

    ngx_add_timer(&ctx.sleep, static_cast<ngx_msec_t>(msec));
    ctx.wait = Wait::sleep;
    return NGX_OK;
}

ngx_int_t run_blocking_sleep(ngx_http_request_t* r, Context&, const Args& args) {
    const ngx_int_t msec = parse_duration(r, args);
    if (msec == NGX_ERROR) {
        return NGX_HTTP_BAD_REQUEST;
    }

    ngx_msleep(static_cast<ngx_msec_t>(msec));
    return NGX_OK;
}

ngx_int_t run_reset_timer(ngx_http_request_t*, Context& ctx, const Args&) {
    ngx_time_update();
    ctx.timer_start = *ngx_timeofday();
    return NGX_OK;
}

ngx_msec_int_t elapsed_msec(ngx_http_request_t* r) {
    const auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    const bool was_reset = ctx != nullptr && ctx->timer_start.sec != 0;

    const time_t sec = was_reset ? ctx->timer_start.sec : r->start_sec;
    const auto msec =
        static_cast<ngx_msec_int_t>(was_reset ? ctx->timer_start.msec : r->start_msec);

    ngx_time_update();
    const ngx_time_t* now = ngx_timeofday();
    const ngx_msec_int_t elapsed =
        (now->sec - sec) * 1000 + (static_cast<ngx_msec_int_t>(now->msec) - msec);
    return ngx_max(elapsed, 0);
}

} // namespace echo
