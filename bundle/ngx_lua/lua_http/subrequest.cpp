#include "lua_http/subrequest.hpp"

#include "lua_http/http_host.hpp"
#include "lua_http/request_headers.hpp"
#include "lua_http/request_line.hpp"
#include "lua_http/variables.hpp"
#include "ngx/log.hpp"
#include "ngx/pool.hpp"

namespace lua::http {
namespace {

// nginx would answer with an error page; Lua code gets the bare status.
bool gets_no_page(ngx_int_t rc) {
    return rc == NGX_HTTP_CREATED || rc == NGX_HTTP_NO_CONTENT ||
           (rc >= NGX_HTTP_SPECIAL_RESPONSE && rc != NGX_HTTP_REQUEST_TIME_OUT &&
            rc != NGX_HTTP_CLOSE && rc != NGX_HTTP_CLIENT_CLOSED_REQUEST);
}

void make_empty(ngx_http_request_t* r, Capture& capture, ngx_int_t status) {
    r->headers_out.status = static_cast<ngx_uint_t>(status);
    r->headers_out.content_type = {};
    r->headers_out.content_type_len = 0;
    r->headers_out.content_length_n = 0;
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    capture.body = nullptr;
    capture.body_end = &capture.body;
    capture.body_size = 0;
    capture.seen_end = true;
}

ngx_uint_t status_of(const ngx_http_request_t* r, ngx_int_t rc) {
    if (r->headers_out.status != 0) {
        return r->headers_out.status;
    }
    if (rc == NGX_OK) {
        return NGX_HTTP_OK;
    }
    return rc >= 100 ? static_cast<ngx_uint_t>(rc) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

// nginx's post-subrequest handler; r has ended with rc.
ngx_int_t on_subrequest_end(ngx_http_request_t* r, void* data, ngx_int_t rc) noexcept {
    auto& capture = *static_cast<Capture*>(data);
    NGX_LUA_DEBUG(r->connection->log, "lua run post subrequest handler, rc:%i c:%ud", rc,
                  r->main->count);
    if (capture.done) {
        return rc;
    }
    capture.done = true;
    if (gets_no_page(rc)) {
        make_empty(r, capture, rc);
        r->header_sent = 1;
        rc = NGX_OK;
    }
    capture.status = status_of(r, rc);
    if (capture.wait != nullptr) {
        capture.wait->one_done();
    }
    return rc;
}

// --- adjusting a new subrequest ---

ngx_int_t give_variables(ngx_http_request_t* sr, const SubrequestSpec& spec) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(sr, ngx_http_core_module));
    size_t size = core->variables.nelts * sizeof(ngx_http_variable_value_t);

    if (spec.share != SubrequestSpec::Variables::shared) {
        auto* own = static_cast<ngx_http_variable_value_t*>(ngx_palloc(sr->pool, size));
        if (own == nullptr) {
            return NGX_ERROR;
        }
        if (spec.share == SubrequestSpec::Variables::copied) {
            ngx_memcpy(own, sr->variables, size);
        } else {
            ngx_memzero(own, size);
        }
        sr->variables = own;
    }
    if (spec.variables == nullptr) {
        return NGX_OK;
    }
    auto* pairs = static_cast<SubrequestSpec::Pair*>(spec.variables->elts);
    for (ngx_uint_t i = 0; i < spec.variables->nelts; i++) {
        ngx_str_t name = ngx::copy(sr->pool, ngx::view(pairs[i].name));
        if (name.data == nullptr) {
            return NGX_ERROR;
        }
        ngx_strlow(name.data, name.data, name.len);
        std::string_view value = ngx::view(pairs[i].value);
        switch (RequestVariables::set(*sr, &name, &value)) {
        case SetResult::ok:
            break;
        case SetResult::not_changeable:
            ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0, "variable \"%V\" not changeable",
                          &name);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        case SetResult::no_memory:
            return NGX_ERROR;
        case SetResult::unknown:
        case SetResult::not_assignable:
            ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                          "variable \"%V\" cannot be assigned a value (maybe you forgot to define "
                          "it first?)",
                          &name);
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

ngx_int_t give_body(ngx_http_request_t* sr, const SubrequestSpec& spec) {
    ngx_http_request_t* parent = sr->parent;

    if (spec.has_body) {
        auto* body = static_cast<ngx_http_request_body_t*>(
            ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t)));
        if (body == nullptr) {
            return NGX_ERROR;
        }
        if (spec.body.len > 0) {
            ngx_buf_t* buf = static_cast<ngx_buf_t*>(ngx_calloc_buf(sr->pool));
            ngx_chain_t* link = ngx_alloc_chain_link(sr->pool);
            if (buf == nullptr || link == nullptr) {
                return NGX_ERROR;
            }
            buf->memory = 1;
            buf->start = buf->pos = spec.body.data;
            buf->end = buf->last = spec.body.data + spec.body.len;
            buf->last_buf = 1;
            link->buf = buf;
            link->next = nullptr;
            body->bufs = link;
            body->buf = buf;
        }
        sr->request_body = body;
        return NGX_OK;
    }

    bool forwards = spec.always_forward_body || spec.method == NGX_HTTP_PUT ||
                    spec.method == NGX_HTTP_POST || parent->headers_in.content_length_n <= 0;
    if (!forwards) {
        sr->request_body = nullptr;
        return NGX_OK;
    }
    if (sr->request_body == nullptr || sr->request_body->temp_file == nullptr) {
        return NGX_OK;
    }
    // The subrequest reads the file through a reference of its own, since buffers are consumed.
    if (sr->request_body->bufs == nullptr) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                      "the request body was not read by ngx_lua");
        return NGX_ERROR;
    }
    auto* copy = static_cast<ngx_http_request_body_t*>(
        ngx_palloc(sr->pool, sizeof(ngx_http_request_body_t)));
    auto* buf = static_cast<ngx_buf_t*>(ngx_alloc_buf(sr->pool));
    ngx_chain_t* link = ngx_alloc_chain_link(sr->pool);
    if (copy == nullptr || buf == nullptr || link == nullptr) {
        return NGX_ERROR;
    }
    *copy = *sr->request_body;
    *buf = *sr->request_body->bufs->buf;
    link->buf = buf;
    link->next = nullptr;
    copy->bufs = link;
    sr->request_body = copy;
    return NGX_OK;
}

off_t body_length(const ngx_http_request_t* sr) {
    off_t length = 0;
    for (const ngx_chain_t* link = sr->request_body->bufs; link != nullptr; link = link->next) {
        length += ngx_buf_size(link->buf);
    }
    return length;
}

// What Content-Length the subrequest has: the parent's header must not be believed for another
// body.
ngx_int_t give_length(ngx_http_request_t* sr, const SubrequestSpec& spec) {
    ngx_http_request_t* parent = sr->parent;
    bool dropped = sr->request_body == nullptr && parent->request_body != nullptr;

    if (spec.has_body) {
        return set_request_length(sr, static_cast<off_t>(spec.body.len));
    }
    bool forwards =
        spec.always_forward_body || spec.method == NGX_HTTP_PUT || spec.method == NGX_HTTP_POST;
    if (!forwards && parent->headers_in.content_length_n > 0) {
        return clear_request_header(sr, "Content-Length");
    }
    if (parent->headers_in.chunked) {
        if (clear_request_header(sr, "Content-Length") != NGX_OK) {
            return NGX_ERROR;
        }
        return sr->request_body == nullptr ? NGX_OK : set_request_length(sr, body_length(sr));
    }
    return dropped ? clear_request_header(sr, "Content-Length") : NGX_OK;
}

// A header list of its own: the parent's headers, read by nginx's rules again, then spec's.
ngx_int_t give_headers(ngx_http_request_t* sr, const SubrequestSpec& spec) {
    const ngx_http_request_t* parent = sr->parent;

    ngx_memzero(&sr->headers_in, sizeof(sr->headers_in));
    sr->headers_in.content_length_n = -1;
    sr->headers_in.keep_alive_n = -1;
    sr->headers_in.chunked = parent->headers_in.chunked;
    if (ngx_list_init(&sr->headers_in.headers, sr->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NGX_ERROR;
    }
    sr->headers_in.server = parent->headers_in.server;

    for (const ngx_list_part_t* part = &parent->headers_in.headers.part; part != nullptr;
         part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (set_request_header(sr, ngx::view(headers[i].key), ngx::view(headers[i].value),
                                   Write::append) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }
    if (spec.headers == nullptr) {
        return NGX_OK;
    }
    auto* pairs = static_cast<SubrequestSpec::Pair*>(spec.headers->elts);
    for (ngx_uint_t i = 0; i < spec.headers->nelts; i++) {
        if (set_request_header(sr, ngx::view(pairs[i].name), ngx::view(pairs[i].value),
                               Write::replace) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

ngx_int_t adjust(ngx_http_request_t* sr, const SubrequestSpec& spec) {
    if (!set_method(sr, spec.method)) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0, "unsupported HTTP method: %ui",
                      spec.method);
        return NGX_ERROR;
    }
    if (give_headers(sr, spec) != NGX_OK || give_body(sr, spec) != NGX_OK ||
        give_length(sr, spec) != NGX_OK) {
        return NGX_ERROR;
    }
    return give_variables(sr, spec);
}

// Undoes ngx_http_subrequest for one that must not run: takes it from the list of posted requests.
void cancel_subrequest(ngx_http_request_t* sr) {
    ngx_http_request_t* r = sr->main;
    for (ngx_http_posted_request_t** p = &r->posted_requests; *p != nullptr; p = &(*p)->next) {
        if ((*p)->request == sr) {
            *p = (*p)->next;
            break;
        }
    }
    r->count--;
    sr->parent->subrequests++;
}

} // namespace

Capture* capture_of(const ngx_http_request_t* r) noexcept {
    if (r == r->main || r->post_subrequest == nullptr ||
        r->post_subrequest->handler != on_subrequest_end) {
        return nullptr;
    }
    return static_cast<Capture*>(r->post_subrequest->data);
}

ngx_int_t start_subrequest(HttpHost& parent, const SubrequestSpec& spec, Capture& capture,
                           const char** err) noexcept {
    ngx_http_request_t* r = &parent.request;
    NGX_LUA_DEBUG(parent.log(), "lua http subrequest \"%V?%V\"", &spec.uri, &spec.args);
    *err = "failed to issue subrequest: %d";

    if (r->subrequests == 0) {
        ngx_log_error(NGX_LOG_ERR, parent.log(), 0, "lua subrequests cycle while processing \"%V\"",
                      &spec.uri);
        return NGX_ERROR;
    }
    auto* post = ngx::make<ngx_http_post_subrequest_t>(r->pool);
    if (post == nullptr) {
        return NGX_ERROR;
    }
    post->handler = on_subrequest_end;
    post->data = &capture;

    ngx_http_request_t* sr = nullptr;
    ngx_str_t uri = spec.uri;
    ngx_str_t args = spec.args;
    if (ngx_http_subrequest(r, &uri, &args, &sr, post, NGX_HTTP_SUBREQUEST_BACKGROUND) != NGX_OK) {
        return NGX_ERROR;
    }
    capture.request = sr;

    ngx_int_t rc = adjust(sr, spec);
    if (rc != NGX_OK) {
        cancel_subrequest(sr);
        *err = "failed to adjust the subrequest: %d";
        return rc;
    }
    if (spec.ctx_ref != LUA_NOREF) {
        HttpHost* host = HttpHost::get(sr);
        if (host == nullptr || !keep_until_pool_end(*host)) {
            cancel_subrequest(sr);
            return NGX_ERROR;
        }
        host->ctx_ref = spec.ctx_ref;
    }
    return NGX_OK;
}

void CaptureWait::one_done() noexcept {
    pending_--;
    if (pending_ > 0 || !pending()) {
        return;
    }
    NGX_LUA_DEBUG(host_.log(), "lua run subrequests done, resuming lua thread");
    lua_State* L = task()->L;
    lua_checkstack(L, static_cast<int>(n_) + 16);
    for (unsigned i = 0; i < n_; i++) {
        push_capture(L, captures_[i]);
    }
    complete(static_cast<int>(n_));
}

void CaptureWait::cancel() noexcept {
    for (unsigned i = 0; i < n_; i++) {
        captures_[i].wait = nullptr;
    }
}

} // namespace lua::http
