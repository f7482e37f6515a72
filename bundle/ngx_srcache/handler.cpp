// Before the content phase: whether to ask the cache, and what became of that.
//
// The handler is the first one of the phase behind the access phase, so that nobody gets from the
// cache what is denied, whatever `satisfy` says, and that `try_files` comes after it.
#include "cache_control.hpp"
#include "fetch.hpp"
#include "srcache.hpp"

#include "ngx/pool.hpp"
#include "ngx/request_headers.hpp"

namespace srcache {

namespace {

// srcache_request_cache_control: what the client wants.
struct ClientWishes {
    bool no_cache = false;
    bool no_store = false;
};

ClientWishes client_wishes(ngx_http_request_t* r) {
    ClientWishes wishes;
    ngx::for_each_header(r->headers_in.headers, [&wishes](const ngx_table_elt_t& header) {
        const std::string_view name = ngx::lowcase(header);
        if (name == "cache-control" || name == "pragma") {
            wishes.no_cache |= contains_nocase(ngx::view(header.value), "no-cache");
            wishes.no_store |= contains_nocase(ngx::view(header.value), "no-store");
        }
    });
    return wishes;
}

// What the client wants also decides on storing, in the context.
bool wants_fetch(ngx_http_request_t* r, Context& ctx) {
    const LocConf& conf = loc_conf(r);

    if (conf.request_cache_control) {
        const ClientWishes wishes = client_wishes(r);
        if (wishes.no_cache) {
            ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                           "srcache_fetch skipped due to request headers \"Cache-Control: "
                           "no-cache\" or \"Pragma: no-cache\"");
            if (wishes.no_store) {
                ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                               "srcache_store skipped due to request header \"Cache-Control: "
                               "no-store\"");
                ctx.store = Context::Store::never;
            }
            return false;
        }
    }

    if (conf.fetch == nullptr) {
        return false;
    }

    ngx_str_t value;
    if (is_true(r, conf.fetch_skip, value)) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "srcache_fetch skipped due to the true value fed into srcache_fetch_skip: "
                       "\"%V\"",
                       &value);
        return false;
    }
    return true;
}

bool may_have_body(const ngx_http_request_t* r) {
    return r->headers_in.content_length_n > 0 || r->headers_in.chunked ||
           r->http_version >= NGX_HTTP_VERSION_20;
}

void on_body(ngx_http_request_t* r) noexcept {
    context(r)->fetch = Context::Fetch::body_read;
    r->preserve_body = 1;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

// The subrequest and the content handler both get the body, so it is read first.
ngx_int_t read_body(ngx_http_request_t* r, Context& ctx) {
    ctx.fetch = Context::Fetch::reading_body;
    const ngx_int_t rc = ngx_http_read_client_request_body(r, on_body);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
}

ngx_int_t ask(ngx_http_request_t* r, Context& ctx) {
    if (!start_fetch(r, ctx)) {
        ctx.fetch = Context::Fetch::miss;
        return NGX_DECLINED;
    }
    ctx.fetch = Context::Fetch::waiting;
    return NGX_AGAIN;
}

ngx_int_t begin(ngx_http_request_t* r) {
    const LocConf& conf = loc_conf(r);
    if (conf.fetch == nullptr && conf.store == nullptr) {
        return NGX_DECLINED;
    }
    if ((r->method & conf.methods) == 0) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "srcache_fetch and srcache_store skipped due to request method %V",
                       &r->method_name);
        return NGX_DECLINED;
    }

    auto* ctx = ngx::make<Context>(r->pool);
    if (ctx == nullptr) {
        return NGX_ERROR;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_srcache_filter_module);

    if (!wants_fetch(r, *ctx)) {
        return NGX_DECLINED;
    }
    return r->request_body == nullptr && may_have_body(r) ? read_body(r, *ctx) : ask(r, *ctx);
}

} // namespace

bool is_true(ngx_http_request_t* r, ngx_http_complex_value_t* flag, ngx_str_t& value) {
    return flag != nullptr && ngx_http_complex_value(r, flag, &value) == NGX_OK && value.len != 0 &&
           ngx::view(value) != "0";
}

ngx_int_t handler(ngx_http_request_t* r) noexcept {
    if (r != r->main) {
        return NGX_DECLINED;
    }

    Context* ctx = context(r);
    if (ctx == nullptr) {
        return begin(r);
    }

    switch (ctx->fetch) {
    case Context::Fetch::reading_body:
    case Context::Fetch::waiting:
        return NGX_AGAIN;
    case Context::Fetch::body_read:
        return ask(r, *ctx);
    case Context::Fetch::hit:
        send_fetched(r, *ctx);
        return NGX_DONE;
    default:
        return NGX_DECLINED;
    }
}

} // namespace srcache
