// Collects the responses of captured subrequests.
#include "lua_http/subrequest.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

bool has_no_body(const ngx_http_request_t* r) {
    ngx_uint_t status = r->headers_out.status; // 0 for a backend that speaks HTTP/0.9
    return r->method == NGX_HTTP_HEAD || status == NGX_HTTP_NO_CONTENT ||
           status == NGX_HTTP_NOT_MODIFIED || (status != 0 && status < NGX_HTTP_OK);
}

ngx_int_t on_header(ngx_http_request_t* r) noexcept {
    NGX_LUA_DEBUG(r->connection->log, "lua capture header filter, uri \"%V\"", &r->uri);
    if (capture_of(r) == nullptr) {
        return next_header_filter(r);
    }
    r->filter_need_in_memory = 1;
    r->header_sent = 1;
    if (has_no_body(r)) {
        r->header_only = 1;
    }
    return NGX_OK;
}

bool add_copy(ngx_http_request_t* r, Capture& capture, const ngx_buf_t& buf) {
    auto len = static_cast<size_t>(buf.last - buf.pos);
    ngx_chain_t* link = ngx_alloc_chain_link(r->pool);
    ngx_buf_t* copy = link == nullptr ? nullptr : ngx_create_temp_buf(r->pool, len);
    if (copy == nullptr) {
        return false;
    }
    copy->last = ngx_cpymem(copy->last, buf.pos, len);
    link->buf = copy;
    link->next = nullptr;
    *capture.body_end = link;
    capture.body_end = &link->next;
    capture.body_size += len;
    return true;
}

ngx_int_t on_body(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    if (in == nullptr) {
        return next_body_filter(r, in);
    }
    NGX_LUA_DEBUG(r->connection->log, "lua capture body filter, uri \"%V\"", &r->uri);
    Capture* capture = capture_of(r);
    if (capture == nullptr) {
        return next_body_filter(r, in);
    }
    NGX_LUA_DEBUG(r->connection->log, "lua capturing response body");
    for (; in != nullptr; in = in->next) {
        ngx_buf_t* buf = in->buf;
        if (ngx_buf_in_memory(buf) && buf->last > buf->pos && !add_copy(r, *capture, *buf)) {
            return NGX_ERROR;
        }
        capture->seen_end |= buf->last_buf != 0 || buf->last_in_chain != 0;
        buf->pos = buf->last;
        buf->file_pos = buf->file_last;
    }
    return NGX_OK;
}

} // namespace

void install_capture_filters() noexcept {
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = on_header;
    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = on_body;
}

} // namespace lua::http
