#include "lua_http/output.hpp"

#include "lua_http/http_host.hpp"
#include "ngx/log.hpp"

#include <algorithm>

namespace lua::http {
bool Output::buffers_http10() const noexcept {
    ngx_http_request_t& r = host_.request;
    return r.http_version < NGX_HTTP_VERSION_11 && !r.header_sent &&
           r.headers_out.content_length_n < 0 && loc_conf(&r).http10_buffering;
}

const char* Output::write(const OutCell* cells, int n, bool newline) noexcept {
    if (surrendered_) {
        return kSurrendered;
    }
    ngx_http_request_t& r = host_.request;
    if (r.header_sent && r.header_only) {
        return "header only";
    }
    if (ended_) {
        return "seen eof";
    }
    if (!r.header_sent) {
        if (buffers_http10()) {
            NGX_LUA_DEBUG(host_.log(), "lua buffering output bufs for the HTTP 1.0 request");
        } else if (send_header_now() != NGX_OK) {
            return kFilterError;
        }
        wrote_ = true;
        if (r.header_only) {
            return nullptr;
        }
    }

    NGX_LUA_DEBUG(host_.log(), newline ? "lua say response" : "lua print response");
    if (!gathered_.write(r.pool, host_.log(), cells, n, newline)) {
        return "no memory";
    }
    if (gathered_.empty()) {
        return nullptr;
    }

    if (!r.header_sent) {
        return nullptr; // HTTP/1.0: until the end
    }
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(&r, ngx_http_core_module));
    bool calls_are_visible = loc_conf(&r).body_filter != nullptr;
    if (calls_are_visible || gathered_.size() >= std::max<size_t>(core->postpone_output, 1)) {
        if (push() == NGX_ERROR) {
            return kFilterError;
        }
    }
    return nullptr;
}

ngx_int_t Output::send_header_now() noexcept {
    ngx_http_request_t& r = host_.request;

    if (r.headers_out.status == 0) {
        r.headers_out.status = NGX_HTTP_OK;
    }
    if (!host_.headers.content_type_set && loc_conf(&r).use_default_type &&
        r.headers_out.content_type.len == 0) {
        if (ngx_http_set_content_type(&r) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (!host_.headers.any_set) {
        ngx_http_clear_content_length((&r));
        ngx_http_clear_accept_ranges((&r));
    }
    ngx_int_t rc = ngx_http_send_header(&r);
    return rc == NGX_ERROR || rc > NGX_OK ? NGX_ERROR : NGX_OK;
}

const char* Output::send_header() noexcept {
    ngx_http_request_t& r = host_.request;
    if (surrendered_) {
        return kSurrendered;
    }
    NGX_LUA_DEBUG(host_.log(), "lua send headers");
    if (r.header_sent || ended_) {
        return nullptr;
    }
    wrote_ = true;
    if (buffers_http10()) {
        return nullptr;
    }
    return send_header_now() == NGX_OK ? nullptr : kFilterError;
}

const char* Output::flush(bool waits) noexcept {
    if (surrendered_) {
        return kSurrendered;
    }
    ngx_http_request_t& r = host_.request;
    if (r.header_sent && r.header_only) {
        return "header only";
    }
    if (ended_) {
        return "seen eof";
    }
    if (wrote_ && buffers_http10()) {
        NGX_LUA_DEBUG(host_.log(), "lua http 1.0 buffering makes ngx.flush() a no-op");
        return "buffering";
    }
    if (!r.header_sent) {
        return "nothing to flush";
    }
    if (gathered_.empty() && !passed_ && !waits) {
        return "nothing to flush";
    }
    ngx_buf_t* last = gathered_.last(r.pool, host_.log());
    if (last == nullptr) {
        return "no memory";
    }
    last->flush = 1;
    return push() == NGX_ERROR ? kFilterError : nullptr;
}

const char* Output::end() noexcept {
    if (surrendered_) {
        return kSurrendered;
    }
    if (ended_) {
        return "seen eof";
    }
    NGX_LUA_DEBUG(host_.log(), "lua send eof");
    return finish() == NGX_ERROR ? kFilterError : nullptr;
}

ngx_int_t Output::push() noexcept {
    ngx_http_request_t& r = host_.request;
    if (gathered_.empty() || !r.header_sent) {
        return NGX_OK;
    }
    ngx_chain_t* chain = gathered_.take();
    passed_ = true;
    ngx_int_t rc = ngx_http_output_filter(&r, chain);
    gathered_.passed(r.pool, chain);
    return rc;
}

bool Output::has_unsent() const noexcept {
    const ngx_connection_t& c = *host_.request.connection;
    NGX_LUA_DEBUG(host_.log(), "lua flush requires waiting: buffered 0x%uxd, delayed:%d",
                  static_cast<unsigned>(c.buffered), static_cast<int>(c.write->delayed));
    return (c.buffered & (NGX_HTTP_LOWLEVEL_BUFFERED | NGX_LOWLEVEL_BUFFERED)) != 0 ||
           c.write->delayed != 0;
}

bool Output::wait_until_sent() noexcept {
    ngx_http_request_t& r = host_.request;
    ngx_event_t* wev = r.connection->write;
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(&r, ngx_http_core_module));

    if (!wev->delayed) {
        ngx_add_timer(wev, core->send_timeout);
    }
    return ngx_handle_write_event(wev, core->send_lowat) == NGX_OK &&
           flushers_.add(*current().task, r.pool);
}

void Output::set_content_length() noexcept {
    ngx_http_request_t& r = host_.request;
    NGX_LUA_DEBUG(host_.log(), "lua sending HTTP 1.0 response headers");
    r.headers_out.content_length_n = static_cast<off_t>(gathered_.size());
    if (r.headers_out.content_length != nullptr) {
        r.headers_out.content_length->hash = 0;
        r.headers_out.content_length = nullptr;
    }
}

ngx_int_t Output::finish() noexcept {
    ngx_http_request_t& r = host_.request;
    if (ended_) {
        return NGX_OK;
    }
    if (!r.header_sent) {
        bool gathers = buffers_http10() && !gathered_.empty();
        bool keep = host_.headers.any_set;
        if (gathers) {
            set_content_length();
            host_.headers.any_set = true; // or the length would be cleared
        }
        ngx_int_t rc = send_header_now();
        host_.headers.any_set = keep;
        if (rc != NGX_OK) {
            return rc;
        }
    }
    ended_ = true;
    if (r.header_only) {
        discard();
        return NGX_OK;
    }
    return pass_last();
}

ngx_int_t Output::pass_last() noexcept {
    ngx_http_request_t& r = host_.request;
    bool main = &r == r.main;

    if (gathered_.empty()) {
        return main ? ngx_http_send_special(&r, NGX_HTTP_LAST)
                    : ngx_http_send_special(&r, NGX_HTTP_LAST | NGX_HTTP_FLUSH);
    }
    ngx_buf_t* last = gathered_.last(r.pool, host_.log());
    last->last_in_chain = 1;
    last->last_buf = main ? 1 : 0;
    return ngx_http_output_filter(&r, gathered_.take()); // nothing follows that could reuse it
}

void Output::discard() noexcept {
    gathered_.drop();
}

} // namespace lua::http
