#include "store.hpp"

#include "cached_headers.hpp"
#include "status_text.hpp"
#include "subrequest.hpp"

#include "ngx/chain.hpp"
#include "ngx/pool.hpp"
#include "ngx/request_headers.hpp"

#include <array>

namespace srcache {

namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";

bool is_hidden(const LocConf& conf, std::string_view name) {
    std::array<u_char, 128> lower{};
    if (name.size() > lower.size()) {
        return false;
    }
    const ngx_uint_t hash = ngx_hash_strlow(lower.data(), ngx::bytes(name.data()), name.size());
    return ngx_hash_find(const_cast<ngx_hash_t*>(&conf.headers.hide_headers_hash), hash,
                         lower.data(), name.size()) != nullptr;
}

// Measures, or writes if there is memory.
class Writer {
public:
    explicit Writer(u_char* to) : p_(to) {}

    void put(std::string_view text) {
        size_ += text.size();
        if (p_ != nullptr) {
            p_ = ngx_cpymem(p_, text.data(), text.size());
        }
    }

    void header(std::string_view name, std::string_view value) {
        for (const std::string_view part : {name, std::string_view(": "), value}) {
            put(part);
        }
        put("\r\n");
    }

    size_t size() const { return size_; }

private:
    u_char* p_;
    size_t size_ = 0;
};

void write_content_type(const LocConf& conf, const ngx_http_headers_out_t& out, Writer& to) {
    if (out.content_type.len == 0 || is_hidden(conf, "Content-Type")) {
        return;
    }
    to.put("Content-Type: ");
    to.put(ngx::view(out.content_type));
    if (out.content_type_len == out.content_type.len && out.charset.len != 0) {
        to.put("; charset=");
        to.put(ngx::view(out.charset));
    }
    to.put("\r\n");
}

size_t write_head(ngx_http_request_t* r, u_char* memory) {
    const ngx_http_headers_out_t& out = r->headers_out;
    const LocConf& conf = loc_conf(r);
    Writer to(memory);

    std::array<u_char, NGX_INT_T_LEN> digits{};
    to.put(kVersion);
    if (out.status_line.len != 0) {
        to.put(ngx::view(out.status_line));
    } else {
        to.put(ngx::view(digits.data(), ngx_sprintf(digits.data(), "%ui ", out.status)));
        to.put(status_text(out.status));
    }
    to.put("\r\n");

    write_content_type(conf, out, to);

    if (out.last_modified == nullptr && out.last_modified_time != -1 &&
        !is_hidden(conf, "Last-Modified")) {
        std::array<u_char, sizeof("Mon, 28 Sep 1970 06:00:00 GMT")> time{};
        to.header("Last-Modified",
                  ngx::view(time.data(), ngx_http_time(time.data(), out.last_modified_time)));
    }
    if (r->allow_ranges) {
        to.header(kAllowRanges, "1");
    }

    ngx::for_each_header(out.headers, [&conf, &to](const ngx_table_elt_t& header) {
        if (header.hash != 0 && !is_hidden(conf, ngx::view(header.key))) {
            to.header(ngx::view(header.key), ngx::view(header.value));
        }
    });
    to.put("\r\n");
    return to.size();
}

// The whole response as it goes to the store; null when memory is short.
ngx_chain_t* response_chain(ngx_http_request_t* r, Stored& stored) {
    ngx_chain_t* first = ngx::text_link(r->pool, stored.head, stored.body.chain());
    if (first != nullptr) {
        ngx_chain_t* last = stored.body.last() == nullptr ? first : stored.body.last();
        last->buf->last_buf = 1;
    }
    return first;
}

// Headers of its own, with the length of this body.
bool give_body(ngx_http_request_t* sr, ngx_chain_t* body, off_t length) {
    const ngx::HeaderName name = ngx::header_name(sr->pool, ngx_string("Content-Length"));
    auto* digits = static_cast<u_char*>(ngx_pnalloc(sr->pool, NGX_OFF_T_LEN));
    auto* request_body = static_cast<ngx_http_request_body_t*>(
        ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t)));
    const auto is_about_body = [](const ngx_table_elt_t& header) {
        const std::string_view lowcase = ngx::lowcase(header);
        return lowcase == "content-length" || lowcase == "transfer-encoding";
    };
    if (name.lowcase == nullptr || digits == nullptr || request_body == nullptr ||
        !ngx::remove_request_headers(sr, is_about_body)) {
        return false;
    }

    request_body->bufs = body;
    request_body->buf = body->buf;
    sr->request_body = request_body;
    sr->headers_in.chunked = 0;
    sr->headers_in.content_length_n = length;

    const ngx_str_t value = ngx::str(ngx::view(digits, ngx_sprintf(digits, "%O", length)));
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0,
                   "srcache_store: request Content-Length: %O", length);
    return ngx::add_request_header(sr, name, value) != nullptr;
}

// A part of a 200, as nginx's range filter made it: its status is that of the whole.
bool settle_status(ngx_http_request_t* r, Stored& stored) {
    const ngx_uint_t status = r->headers_out.status;

    if (status == NGX_HTTP_PARTIAL_CONTENT && stored.status == NGX_HTTP_OK) {
        if (!loc_conf(r).store_ranges) {
            return false;
        }
        const size_t last_digit = kVersion.size() + 2;
        const_cast<char&>(stored.head[last_digit]) = '6';
        return true;
    }
    if (status != stored.status && status >= NGX_HTTP_BAD_REQUEST) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "srcache_store: skipped due to new error status code %ui (old: %ui)", status,
                      stored.status);
        return false;
    }
    return true;
}

bool is_whole(ngx_http_request_t* r, const Stored& stored) {
    const bool is_part = r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT;
    if (is_part || stored.content_length <= stored.body.size()) {
        return true;
    }
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "srcache_store: skipped because response body truncated: %O > %O",
                  stored.content_length, stored.body.size());
    return false;
}

// srcache_store_skip once more: the response may have set what it goes by.
bool is_skipped_at_end(ngx_http_request_t* r) {
    ngx_http_complex_value_t* flag = loc_conf(r).store_skip;
    ngx_str_t value;
    if (flag == nullptr) {
        return false;
    }
    ngx_http_script_flush_complex_value(r, flag);
    if (!is_true(r, flag, value)) {
        return false;
    }
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "srcache_store skipped due to the true value in srcache_store_skip: \"%V\"",
                   &value);
    return true;
}

} // namespace

void begin_store(ngx_http_request_t* r, Context& ctx) {
    ctx.store = Context::Store::never;
    if (!may_store(r, ctx.stored)) {
        return;
    }

    Stored& stored = ctx.stored;
    const size_t size = write_head(r, nullptr);
    auto* memory = static_cast<u_char*>(ngx_pnalloc(r->pool, size));
    if (memory == nullptr) {
        return;
    }
    write_head(r, memory);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "srcache_store decides to store the response");
    ctx.store = Context::Store::collecting;
    stored.head = ngx::view(memory, memory + size);
    stored.status = r->headers_out.status;
    stored.content_length = r->headers_out.content_length_n;
    stored.body.expect(stored.content_length);
    r->filter_need_in_memory = 1;
}

void collect(ngx_http_request_t* r, Context& ctx, const ngx_chain_t* in) {
    Stored& stored = ctx.stored;
    if (!stored.body.append(r->pool, in)) {
        ctx.store = Context::Store::never;
        return;
    }

    const auto limit = static_cast<off_t>(loc_conf(r).max_size);
    const off_t size = static_cast<off_t>(stored.head.size()) + stored.body.size();
    if (limit != 0 && size > limit) {
        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "srcache_store bypassed because response body exceeded maximum size: %O "
                       "(limit is: %O)",
                       size, limit);
        ctx.store = Context::Store::never;
    }
}

void finish_store(ngx_http_request_t* r, Context& ctx) {
    Stored& stored = ctx.stored;
    ctx.store = Context::Store::never;
    if (is_skipped_at_end(r) || !settle_status(r, stored) || !is_whole(r, stored)) {
        return;
    }

    ctx.store = Context::Store::sent; // what the subrequest is made from may have $srcache_expire
    const off_t size = static_cast<off_t>(stored.head.size()) + stored.body.size();
    ngx_chain_t* chain = response_chain(r, stored);
    ngx_http_request_t* sr =
        chain == nullptr ? nullptr : start(r, ctx, Exchange::Kind::store, *loc_conf(r).store);
    if (sr == nullptr || !give_body(sr, chain, size)) {
        ctx.store = Context::Store::never;
    }
}

} // namespace srcache
