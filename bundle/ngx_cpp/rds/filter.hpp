// What the output filters that turn RDS into text have in common. A filter is a Traits class:
//
//     struct Traits {
//         using Formatter = ...;                     // see below
//         static constexpr const char* kName;        // "rds_json", for log lines
//         static constexpr const char* kDebugName;   // "rds json"; null: no debug lines
//         static ngx_module_t& module();
//         static const Output& output(r);            // the location's settings
//     };
//
// A Formatter is a sink of rds::Parser made from (request, BodyWriter&, State&); State is what it
// keeps from one call to the next.
//
// The response's header waits until that of the stream is known: if the stream turns out to be
// broken, the response can still be an error. A request that is converted has a Context in its
// pool.
#pragma once

#include "ngx/body_writer.hpp"
#include "ngx/log.hpp"
#include "ngx/module.hpp"
#include "ngx/pool.hpp"
#include "rds/parser.hpp"

namespace rds {

struct Output {
    bool is_on;
    ngx_str_t content_type;
    size_t buffer_size;
};

template <typename Traits>
class Filter {
public:
    static void install() {
        ngx::add_filters(header_filter, next_header_filter_, body_filter, next_body_filter_);
    }

private:
    using Formatter = typename Traits::Formatter;

    struct Context {
        ngx::BodyBuffers buffers;
        Parser parser;
        typename Formatter::State state;
        bool is_header_sent;
        bool is_done; // what follows in the body is dropped
    };

    static void debug(ngx_http_request_t* r, const char* what) {
        if (Traits::kDebugName != nullptr) {
            NGX_LUA_DEBUG(r->connection->log, "%s %s", Traits::kDebugName, what);
        }
    }

    static void debug_call(ngx_http_request_t* r, const char* which) {
        if (Traits::kDebugName != nullptr) {
            NGX_LUA_DEBUG(r->connection->log, "%s %s filter, \"%V\"", Traits::kDebugName, which,
                          &r->uri);
        }
    }

    static bool applies(ngx_http_request_t* r) {
        const ngx_uint_t status = r->headers_out.status;
        return Traits::output(r).is_on && status >= NGX_HTTP_OK &&
               status < NGX_HTTP_SPECIAL_RESPONSE && status != NGX_HTTP_NO_CONTENT &&
               status != 205 && ngx::view(r->headers_out.content_type) == kContentType;
    }

    static ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
        debug_call(r, "header");
        const auto* waiting = static_cast<Context*>(ngx_http_get_module_ctx(r, Traits::module()));
        if (waiting != nullptr && !waiting->is_header_sent) {
            // nginx cannot tell that the header has been given to us already. What comes now may be
            // an error page instead of the body that we wait for.
            if (r->headers_out.status < NGX_HTTP_SPECIAL_RESPONSE) {
                return NGX_OK;
            }
            ngx_http_set_ctx(r, nullptr, Traits::module());
        }
        if (!applies(r)) {
            return next_header_filter_(r);
        }

        const Output& output = Traits::output(r);
        auto* ctx = ngx::make<Context>(r->pool,
                                       Context{.buffers = {&Traits::module(), output.buffer_size}});
        if (ctx == nullptr) {
            return NGX_ERROR;
        }
        ngx_http_set_ctx(r, ctx, Traits::module());

        r->headers_out.content_type = output.content_type;
        r->headers_out.content_type_len = output.content_type.len;
        r->headers_out.content_type_lowcase = nullptr;
        ngx_http_clear_content_length(r);
        r->filter_need_in_memory = 1;

        if (r->header_only || r->method == NGX_HTTP_HEAD) {
            ctx->is_header_sent = ctx->is_done = true;
            return next_header_filter_(r);
        }

        debug(r, "header filter postponed header sending");
        return NGX_OK;
    }

    static ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
        debug_call(r, "body");
        auto* ctx = static_cast<Context*>(ngx_http_get_module_ctx(r, Traits::module()));
        if (in == nullptr || ctx == nullptr || r->header_only) {
            return next_body_filter_(r, in);
        }

        ngx::BodyWriter out(r->pool, ctx->buffers);
        const bool ok = convert(r, *ctx, in, out);
        if (!ok && !ctx->is_header_sent) {
            return send_error(r, *ctx);
        }

        if (!ctx->is_header_sent && ctx->parser.has_header()) {
            debug(r, "body filter postponed header sending");
            ctx->is_header_sent = true;
            const ngx_int_t rc = next_header_filter_(r);
            if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
                return rc;
            }
        }

        const ngx_int_t rc = send(r, *ctx, out.chain());
        return ok ? rc : NGX_ERROR;
    }

    static ngx_int_t send(ngx_http_request_t* r, Context& ctx, ngx_chain_t* chain) {
        if (chain == nullptr) {
            return NGX_OK;
        }
        const ngx_int_t rc = next_body_filter_(r, chain);
        ctx.buffers.sent(r->pool, chain);
        return rc;
    }

    // The response becomes an error without body; NGX_ERROR ends the request.
    static ngx_int_t send_error(ngx_http_request_t* r, Context& ctx) {
        debug(r, "body filter sending error page headers");
        ctx.is_header_sent = ctx.is_done = true;
        r->headers_out.status = NGX_HTTP_INTERNAL_SERVER_ERROR;
        r->headers_out.status_line = ngx_null_string;
        r->headers_out.content_type = ngx_null_string;
        r->headers_out.content_type_len = 0;

        const ngx_int_t rc = next_header_filter_(r);
        ngx_chain_t* last = ngx::text_link(r->pool, {});
        if (rc == NGX_ERROR || rc > NGX_OK || last == nullptr) {
            return NGX_ERROR;
        }
        last->buf->last_buf = r == r->main;
        last->buf->last_in_chain = 1;
        last->buf->flush = 1;
        static_cast<void>(next_body_filter_(r, last));
        return NGX_ERROR;
    }

    // False if the stream is broken (logged), or memory is short.
    static bool convert(ngx_http_request_t* r, Context& ctx, ngx_chain_t* in,
                        ngx::BodyWriter& out) {
        Formatter formatter(r, out, ctx.state);
        for (; in != nullptr; in = in->next) {
            ngx_buf_t& b = *in->buf;
            if (!ctx.is_done && !convert(r, ctx, b, formatter)) {
                return false;
            }
            if (ctx.is_done && ngx_buf_in_memory(&b) && b.pos != b.last) {
                debug(r, "body filter discarding unexpected trailing buffers");
            }
            if (ngx_buf_in_memory(&b)) {
                b.pos = b.last;
            }
            if (!out.copy_marks(b)) {
                return false;
            }
        }
        return true;
    }

    static bool convert(ngx_http_request_t* r, Context& ctx, ngx_buf_t& b, Formatter& formatter) {
        if (!ngx_buf_in_memory(&b) && !ngx_buf_special(&b)) {
            log_error(r, "buf from upstream not in memory");
            return false;
        }

        Status status = Status::more;
        if (ngx_buf_in_memory(&b)) {
            status = ctx.parser.feed(ngx::view(b.pos, b.last), formatter);
            b.pos = b.last;
        }
        if (status == Status::stopped) {
            return false;
        }
        if (status == Status::failed || (status == Status::more && ngx::ends_body(b))) {
            log_error(r, ctx.parser.error());
            return false;
        }
        ctx.is_done = status == Status::done;
        return true;
    }

    static void log_error(ngx_http_request_t* r, const char* text) {
        const bool has_prefix = std::string_view(text).starts_with("rds: ");
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "%s%s%s", has_prefix ? "" : Traits::kName,
                      has_prefix ? "" : ": ", text);
    }

    inline static ngx_http_output_header_filter_pt next_header_filter_;
    inline static ngx_http_output_body_filter_pt next_body_filter_;
};

} // namespace rds
