#include "variables.hpp"

#include "echo.hpp"
#include "ngx/raw_request.hpp"
#include "ngx/variables.hpp"
#include "sleep.hpp"

namespace echo {

namespace {

using Value = ngx_http_variable_value_t;

template <typename... T>
ngx_int_t set_formatted(ngx_http_request_t* r, Value* v, const char* format, T... args) {
    constexpr size_t kRoom = 2 * NGX_INT64_LEN + 2;
    auto* p = static_cast<u_char*>(ngx_pnalloc(r->pool, kRoom));
    if (p == nullptr) {
        return NGX_ERROR;
    }
    return ngx::set_value(v, ngx::view(p, ngx_snprintf(p, kRoom, format, args...)));
}

ngx_int_t get_it(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, ngx_http_echo_module));
    return ctx != nullptr && ctx->loop.active ? ngx::set_value(v, ctx->loop.item)
                                              : ngx::set_not_found(v);
}

ngx_int_t get_timer_elapsed(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const ngx_msec_int_t msec = elapsed_msec(r);
    return set_formatted(r, v, "%T.%03M", static_cast<time_t>(msec / 1000),
                         static_cast<ngx_msec_t>(msec % 1000));
}

ngx_int_t get_request_body(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    if (r->request_body == nullptr || r->request_body->bufs == nullptr) {
        return ngx::set_not_found(v);
    }

    size_t size = 0;
    for (const ngx_chain_t* cl = r->request_body->bufs; cl != nullptr; cl = cl->next) {
        if (cl->buf->in_file) {
            return ngx::set_not_found(v);
        }
        size += static_cast<size_t>(cl->buf->last - cl->buf->pos);
    }

    auto* start = static_cast<u_char*>(ngx_pnalloc(r->pool, size + 1));
    if (start == nullptr) {
        return NGX_ERROR;
    }

    u_char* p = start;
    for (const ngx_chain_t* cl = r->request_body->bufs; cl != nullptr; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, static_cast<size_t>(cl->buf->last - cl->buf->pos));
    }
    return ngx::set_value(v, ngx::view(start, p));
}

ngx_int_t get_method(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    return ngx::set_value(v, ngx::view(r->method_name));
}

ngx_int_t get_client_method(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    return ngx::set_value(v, ngx::view(r->main->method_name));
}

ngx_int_t get_client_headers(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const ngx_str_t head = ngx::raw_request_head(r);
    return head.data == nullptr ? ngx::set_not_found(v) : ngx::set_value(v, ngx::view(head));
}

ngx_int_t get_uri(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    return ngx::set_value(v, ngx::view(r->uri));
}

ngx_int_t get_incr(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    Context* ctx = context(r->main);
    return ctx == nullptr ? NGX_ERROR : set_formatted(r, v, "%ui", ++ctx->increments);
}

ngx_int_t get_status(ngx_http_request_t* r, Value* v, uintptr_t) noexcept {
    const ngx_uint_t status = r->err_status != 0 ? r->err_status : r->headers_out.status;
    return status == 0 ? ngx::set_not_found(v) : set_formatted(r, v, "%ui", status);
}

constexpr ngx::Variable kVariables[] = {
    {"echo_it", get_it, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_timer_elapsed", get_timer_elapsed, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_request_body", get_request_body, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_request_method", get_method, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_client_request_method", get_client_method, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_client_request_headers", get_client_headers, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_request_uri", get_uri, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_cacheable_request_uri", get_uri, 0},
    {"echo_incr", get_incr, NGX_HTTP_VAR_NOCACHEABLE},
    {"echo_response_status", get_status, NGX_HTTP_VAR_NOCACHEABLE},
};

} // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    return ngx::add_variables(cf, kVariables);
}

} // namespace echo
