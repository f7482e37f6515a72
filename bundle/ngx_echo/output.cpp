#include "output.hpp"

#include "ngx/chain.hpp"
#include "ngx/count.hpp"
#include "ngx/pool.hpp"

#include <algorithm>
#include <optional>

namespace echo {

namespace {

// A result of nginx's output functions; NGX_AGAIN means that nginx keeps the data and sends it
// later.
ngx_int_t checked(ngx_int_t rc) {
    return rc == NGX_ERROR || rc > NGX_OK ? rc : NGX_OK;
}

// `count` copies of text, as a chain of buffers over one block that holds a few thousand bytes of
// it.
ngx_chain_t* repeated(ngx_pool_t* pool, std::string_view text, size_t count) {
    constexpr size_t kBlock = 32 * 1024;

    const size_t per_block = std::min(count, std::max<size_t>(1, kBlock / text.size()));
    const std::span<char> block = ngx::make_array<char>(pool, per_block * text.size());
    if (block.empty()) {
        return nullptr;
    }
    for (size_t i = 0; i < per_block; i++) {
        std::ranges::copy(text, block.begin() + static_cast<ptrdiff_t>(i * text.size()));
    }

    ngx_chain_t* out = nullptr;
    while (count > 0) {
        const size_t n = std::min(count, per_block);
        out = ngx::text_link(pool, {block.data(), n * text.size()}, out);
        if (out == nullptr) {
            return nullptr;
        }
        count -= n;
    }
    return out;
}

} // namespace

ngx_int_t send_header(ngx_http_request_t* r) {
    if (r->header_sent) {
        return NGX_OK;
    }

    r->headers_out.status = static_cast<ngx_uint_t>(loc_conf(r).status);

    if (ngx_http_set_content_type(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);

    return checked(ngx_http_send_header(r));
}

ngx_int_t send(ngx_http_request_t* r, ngx_chain_t* out) {
    const ngx_int_t rc = send_header(r);
    if (rc != NGX_OK || r->header_only || out == nullptr) {
        return rc;
    }
    return checked(ngx_http_output_filter(r, out));
}

ngx_int_t send_nothing(ngx_http_request_t* r) {
    ngx_chain_t* cl = ngx::text_link(r->pool, {});
    if (cl == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return send(r, cl);
}

bool format_line(ngx_pool_t* pool, const Args& args, std::string_view& line) {
    const bool newline = args.options.empty() || ngx::view(args.options[0]) != "n";

    size_t size = newline ? 1 : 0;
    for (const ngx_str_t& value : args.values) {
        size += value.len + 1;
    }

    auto* start = static_cast<u_char*>(ngx_pnalloc(pool, size + 1));
    if (start == nullptr) {
        return false;
    }

    u_char* p = start;
    for (const ngx_str_t& value : args.values) {
        if (&value != args.values.data()) {
            *p++ = ' ';
        }
        p = ngx_cpymem(p, value.data, value.len);
    }
    if (newline) {
        *p++ = '\n';
    }

    line = ngx::view(start, p);
    return true;
}

ngx_int_t run_echo(ngx_http_request_t* r, Context&, const Args& args) {
    std::string_view line;
    if (!format_line(r->pool, args, line)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (line.empty()) {
        return NGX_OK;
    }

    ngx_chain_t* cl = ngx::text_link(r->pool, line);
    return cl == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : send(r, cl);
}

ngx_int_t run_duplicate(ngx_http_request_t* r, Context&, const Args& args) {
    ngx_str_t size = args.values[0];
    const std::string_view text = ngx::view(args.values[1]);

    const std::optional<size_t> count = ngx::parse_count(ngx::view(size));
    if (!count) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "invalid size specified: \"%V\"", &size);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (*count == 0 || text.empty()) {
        return send_header(r);
    }

    ngx_chain_t* out = repeated(r->pool, text, *count);
    return out == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : send(r, out);
}

ngx_int_t run_flush(ngx_http_request_t* r, Context&, const Args&) {
    const ngx_int_t rc = send_header(r);
    if (rc != NGX_OK || r->header_only) {
        return rc;
    }
    return checked(ngx_http_send_special(r, NGX_HTTP_FLUSH));
}

ngx_int_t run_request_body(ngx_http_request_t* r, Context&, const Args&) {
    if (r->request_body == nullptr) {
        return NGX_OK;
    }

    // Buffers of our own: filters move a buffer's position, and the body may be used again.
    ngx_chain_t* out = nullptr;
    ngx_chain_t** last = &out;

    for (ngx_chain_t* cl = r->request_body->bufs; cl != nullptr; cl = cl->next) {
        if (ngx_buf_special(cl->buf) || ngx_buf_size(cl->buf) == 0) {
            continue;
        }
        ngx_chain_t* copy = ngx::text_link(r->pool, {});
        if (copy == nullptr) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        *copy->buf = *cl->buf;
        copy->buf->last_buf = 0;
        copy->buf->last_in_chain = 0;
        if (copy->buf->temporary) {
            copy->buf->temporary = 0;
            copy->buf->memory = 1;
        }
        *last = copy;
        last = &copy->next;
    }

    return send(r, out);
}

} // namespace echo
