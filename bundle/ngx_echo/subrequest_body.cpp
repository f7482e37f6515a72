#include "subrequest_body.hpp"

#include "ngx/chain.hpp"
#include "ngx/pool.hpp"
#include "ngx/request_headers.hpp"
#include "output.hpp"

namespace echo {

namespace {

// Gives sr headers of its own, its parent's but for the length of the body.
bool set_content_length(ngx_http_request_t* sr, off_t length) {
    const ngx::HeaderName name = ngx::header_name(sr->pool, ngx_string("Content-Length"));
    auto* digits = static_cast<u_char*>(ngx_pnalloc(sr->pool, NGX_OFF_T_LEN));
    if (name.lowcase == nullptr || digits == nullptr) {
        return false;
    }

    const auto is_length = [](const ngx_table_elt_t& h) {
        return ngx::lowcase(h) == "content-length";
    };
    if (!ngx::remove_request_headers(sr, is_length)) {
        return false;
    }

    sr->headers_in.content_length_n = length;
    const ngx_str_t value = ngx::str(ngx::view(digits, ngx_sprintf(digits, "%O", length)));
    return ngx::add_request_header(sr, name, value) != nullptr;
}

ngx_int_t set_body(ngx_http_request_t* sr, ngx_chain_t* cl, off_t length) {
    auto* body = static_cast<ngx_http_request_body_t*>(
        ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t)));
    if (body == nullptr || !set_content_length(sr, length)) {
        return NGX_ERROR;
    }

    cl->buf->last_buf = 1;
    body->bufs = cl;
    body->buf = cl->buf;
    sr->request_body = body;
    return NGX_OK;
}

} // namespace

ngx_int_t set_text_body(ngx_http_request_t* sr, std::string_view text) {
    ngx_chain_t* cl = ngx::text_link(sr->pool, text);
    return cl == nullptr ? NGX_ERROR : set_body(sr, cl, static_cast<off_t>(text.size()));
}

ngx_int_t set_file_body(ngx_http_request_t* sr, std::string_view path) {
    ngx_str_t name = ngx::copy(sr->pool, path);
    auto* prefix = const_cast<ngx_str_t*>(&ngx_cycle->prefix);
    if (name.data == nullptr || ngx_get_full_name(sr->pool, prefix, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    const auto* clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(sr, ngx_http_core_module));

    ngx_open_file_info_t of{};
    of.read_ahead = clcf->read_ahead;
    of.directio = NGX_OPEN_FILE_DIRECTIO_OFF;
    of.valid = clcf->open_file_cache_valid;
    of.min_uses = clcf->open_file_cache_min_uses;
    of.errors = clcf->open_file_cache_errors;
    of.events = clcf->open_file_cache_events;

    if (ngx_open_cached_file(clcf->open_file_cache, &name, &of, sr->pool) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, of.err, "%s \"%V\" failed",
                      of.failed == nullptr ? ngx_open_file_n : of.failed, &name);
        return NGX_ERROR;
    }

    if (of.size == 0) {
        return NGX_OK;
    }

    ngx_chain_t* cl = ngx::text_link(sr->pool, {});
    auto* file = ngx::make<ngx_file_t>(sr->pool);
    if (cl == nullptr || file == nullptr) {
        return NGX_ERROR;
    }

    file->fd = of.fd;
    file->name = name;
    file->log = sr->connection->log;

    cl->buf->sync = 0;
    cl->buf->in_file = 1;
    cl->buf->file = file;
    cl->buf->file_last = of.size;
    return set_body(sr, cl, of.size);
}

} // namespace echo
