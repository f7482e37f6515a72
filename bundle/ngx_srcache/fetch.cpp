#include "fetch.hpp"

#include "cached_headers.hpp"
#include "subrequest.hpp"

#include "ngx/chain.hpp"
#include "ngx/pool.hpp"

namespace srcache {

namespace {

// Status lines have room also where srcache_header_buffer_size is tiny.
constexpr size_t kMaxStatusLine = 256;

void fail(ngx_http_request_t* sr, Fetched& fetched, const char* what) {
    fetched.part = Fetched::Part::failed;
    ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0, "srcache_fetch: %s", what);
}

void take_status_line(ngx_http_request_t* sr, Fetched& fetched, std::string_view line) {
    StatusLine parsed{};
    if (!parse_status_line(line, parsed)) {
        fail(sr, fetched, "cache sent invalid status line");
        return;
    }
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0, "srcache_fetch status line done");
    fetched.status = parsed.status;
    fetched.part = Fetched::Part::headers;
}

bool take_header_line(ngx_http_request_t* sr, Fetched& fetched, std::string_view line) {
    if (line.empty()) {
        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0, "srcache_fetch header done");
        fetched.part = Fetched::Part::body;
        return true;
    }

    HeaderLine parsed{};
    if (!parse_header_line(line, parsed)) {
        fail(sr, fetched, "cache sent invalid header");
        return true;
    }

    auto* header = static_cast<CachedHeader*>(ngx_array_push(&fetched.headers));
    if (header == nullptr) {
        return false;
    }
    header->name = ngx::copy(sr->pool, parsed.name);
    header->value = ngx::copy(sr->pool, parsed.value);
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0, "srcache_fetch header: \"%V: %V\"",
                   &header->name, &header->value);
    return header->name.data != nullptr && header->value.data != nullptr;
}

// Reads lines until the body begins; false when memory is short.
bool take_head(ngx_http_request_t* sr, Fetched& fetched, std::string_view& bytes) {
    while (!bytes.empty() && fetched.part < Fetched::Part::body) {
        const bool is_status = fetched.part == Fetched::Part::status_line;
        const size_t limit = is_status ? kMaxStatusLine : loc_conf(sr->main).header_buffer_size;

        std::string_view line;
        switch (fetched.lines.next(bytes, line, limit)) {
        case LineReader::Step::more:
            break;
        case LineReader::Step::overflow:
            fail(sr, fetched,
                 is_status ? "cache sent invalid status line"
                           : "header buffer overflown (maybe you should consider increasing "
                             "srcache_header_buffer_size?)");
            break;
        case LineReader::Step::line:
            if (is_status) {
                take_status_line(sr, fetched, line);
            } else if (!take_header_line(sr, fetched, line)) {
                return false;
            }
        }
    }
    return true;
}

} // namespace

bool start_fetch(ngx_http_request_t* r, Context& ctx) {
    const LocConf& conf = loc_conf(r);

    const std::span<char> lines =
        ngx::make_array<char>(r->pool, std::max(conf.header_buffer_size, kMaxStatusLine));
    if (lines.empty() ||
        ngx_array_init(&ctx.fetched.headers, r->pool, 8, sizeof(CachedHeader)) != NGX_OK) {
        return false;
    }
    ctx.fetched.lines = LineReader(lines);
    return start(r, ctx, Exchange::Kind::fetch, *conf.fetch) != nullptr;
}

void take_fetch_header(ngx_http_request_t* sr, Fetched& fetched) {
    if (sr->headers_out.status != NGX_HTTP_OK) {
        fetched.part = Fetched::Part::failed;
    }
    fetched.body.expect(sr->headers_out.content_length_n);
}

bool take_fetch_body(ngx_http_request_t* sr, Fetched& fetched, const ngx_chain_t* in, bool is_own) {
    for (; in != nullptr; in = in->next) {
        const ngx_buf_t& buf = *in->buf;
        fetched.is_complete |= is_own && ngx::ends_body(buf);

        if (!ngx_buf_in_memory(&buf) || fetched.part == Fetched::Part::failed) {
            continue;
        }
        std::string_view bytes = ngx::view(buf.pos, buf.last);
        if (!take_head(sr, fetched, bytes)) {
            return false;
        }
        if (!bytes.empty() && fetched.part == Fetched::Part::body &&
            !fetched.body.append(sr->pool, bytes)) {
            return false;
        }
    }
    return true;
}

void end_fetch(ngx_http_request_t* sr, Context& ctx, bool has_failed) {
    Fetched& fetched = ctx.fetched;

    if (has_failed || !sr->header_sent) {
        fetched.part = Fetched::Part::failed;
    } else if (fetched.part == Fetched::Part::status_line ||
               fetched.part == Fetched::Part::headers) {
        fail(sr, fetched, "cache sent truncated status line or headers");
    } else if (fetched.part == Fetched::Part::body && !fetched.is_complete) {
        fail(sr, fetched, "cache sent truncated response body");
    }

    ctx.fetch = fetched.part == Fetched::Part::body ? Context::Fetch::hit : Context::Fetch::miss;
}

void send_fetched(ngx_http_request_t* r, Context& ctx) {
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "srcache_fetch decides to send the response in cache");

    Body& body = ctx.fetched.body;
    r->headers_out.status = ctx.fetched.status;
    r->headers_out.content_length_n = body.size();

    ngx_int_t rc = set_cached_headers(r, ctx.fetched.headers);
    if (rc == NGX_OK) {
        rc = ngx_http_send_header(r);
    }
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    if (body.chain() == nullptr) {
        ngx_http_finalize_request(r, ngx_http_send_special(r, NGX_HTTP_LAST));
        return;
    }
    body.last()->buf->last_buf = 1;
    ngx_http_finalize_request(r, ngx_http_output_filter(r, body.chain()));
}

} // namespace srcache
