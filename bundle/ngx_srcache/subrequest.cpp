#include "subrequest.hpp"

#include "fetch.hpp"

#include "ngx/pool.hpp"

namespace srcache {

namespace {

bool ends_connection(ngx_int_t rc) {
    return rc == NGX_HTTP_REQUEST_TIME_OUT || rc == NGX_HTTP_CLIENT_CLOSED_REQUEST ||
           rc == NGX_HTTP_CLOSE;
}

bool has_failed(ngx_int_t rc) {
    return rc == NGX_ERROR || rc >= NGX_HTTP_SPECIAL_RESPONSE;
}

// nginx's post-subrequest handler. Whatever became of the subrequest, the main request goes on: rc
// is not to become an error page, nor the end of the connection.
ngx_int_t on_end(ngx_http_request_t* sr, void* data, ngx_int_t rc) noexcept {
    auto& exchange = *static_cast<Exchange*>(data);
    if (exchange.is_done || ends_connection(rc)) {
        return rc;
    }
    exchange.is_done = true;

    if (exchange.kind == Exchange::Kind::fetch) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0,
                       "srcache_fetch: subrequest returned status %ui", sr->headers_out.status);
        end_fetch(sr, *exchange.context, has_failed(rc));
    } else {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0,
                       "srcache_store: subrequest returned status %ui", sr->headers_out.status);
        if (has_failed(rc) || sr->headers_out.status >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                          "srcache_store subrequest failed: rc=%i status=%ui", rc,
                          sr->headers_out.status);
        }
    }

    sr->header_sent = 1;
    return NGX_OK;
}

bool evaluate(ngx_http_request_t* r, const Target& target, ngx_str_t& uri, ngx_str_t& args) {
    auto* uri_value = const_cast<ngx_http_complex_value_t*>(&target.uri);
    if (ngx_http_complex_value(r, uri_value, &uri) != NGX_OK) {
        return false;
    }

    ngx_uint_t flags = 0;
    args = {};
    if (uri.len == 0 || ngx_http_parse_unsafe_uri(r, &uri, &args, &flags) != NGX_OK) {
        return false;
    }

    ngx_str_t own{};
    if (target.args != nullptr && ngx_http_complex_value(r, target.args, &own) != NGX_OK) {
        return false;
    }
    args = own.len != 0 ? own : args;
    return true;
}

// All of them unset: the subrequest's location sets its own.
ngx_http_variable_value_t* fresh_variables(ngx_http_request_t* r) {
    const auto* cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    return static_cast<ngx_http_variable_value_t*>(
        ngx_pcalloc(r->pool, cmcf->variables.nelts * sizeof(ngx_http_variable_value_t)));
}

} // namespace

ngx_http_request_t* start(ngx_http_request_t* r, Context& ctx, Exchange::Kind kind,
                          const Target& target) {
    ngx_str_t uri;
    ngx_str_t args;
    if (!evaluate(r, target, uri, args)) {
        return nullptr;
    }

    auto* post = ngx::make<ngx_http_post_subrequest_t>(r->pool);
    auto* exchange = ngx::make<Exchange>(r->pool, kind, &ctx);
    ngx_http_variable_value_t* variables = fresh_variables(r);
    if (post == nullptr || exchange == nullptr || variables == nullptr) {
        return nullptr;
    }
    post->handler = on_end;
    post->data = exchange;

    ngx_http_request_t* sr;
    if (ngx_http_subrequest(r, &uri, &args, &sr, post, 0) != NGX_OK) {
        return nullptr;
    }

    sr->method = target.method;
    sr->method_name = target.method_name;
    sr->header_only = target.method == NGX_HTTP_HEAD;
    sr->variables = variables;
    return sr;
}

Exchange* exchange_of(ngx_http_request_t* r) {
    for (; r != r->main; r = r->parent) {
        if (r->post_subrequest != nullptr && r->post_subrequest->handler == on_end) {
            return static_cast<Exchange*>(r->post_subrequest->data);
        }
    }
    return nullptr;
}

bool is_own(const Exchange& exchange, ngx_http_request_t* r) {
    return r->post_subrequest != nullptr && r->post_subrequest->data == &exchange;
}

} // namespace srcache
