// ngx.exec and redirect, and what ngx.exit means for a request.
#include "lua_http/http_host.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"
#include "ngx/str.hpp"

namespace lua::http {
namespace {

constexpr const char* kPendingSubrequests = "attempt to abort with pending subrequests";

// 408, 444, 499 and ngx.ERROR close the connection, whatever was sent.
bool closes_connection(int status) {
    return status == NGX_ERROR || status == NGX_HTTP_REQUEST_TIME_OUT || status == NGX_HTTP_CLOSE ||
           status == NGX_HTTP_CLIENT_CLOSED_REQUEST;
}

// The status that ngx.exit ends the request with, now that the header may be out.
int status_after_header(const ngx_http_request_t& r, ngx_log_t* log, int status) {
    if (!r.header_sent || status < NGX_HTTP_SPECIAL_RESPONSE || closes_connection(status)) {
        return status;
    }
    if (status != static_cast<int>(r.headers_out.status)) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "attempt to set status %d via ngx.exit after sending out the response "
                      "status %ui",
                      status, r.headers_out.status);
    }
    return NGX_HTTP_OK;
}

// Checks what exec and redirect have in common. Null if they may go on.
const char* may_leave(Host* host) {
    if (!kOutputPhases.has(host->phase)) {
        return refusal(host->phase);
    }
    return host->run.blocks_abort() ? kPendingSubrequests : nullptr;
}

// A named location gets no query.
void drop_query(ExecTarget& target, std::string_view extra, ngx_log_t* log) {
    std::string_view name = ngx::view(target.uri);
    size_t question = name.find('?');
    if (question != std::string_view::npos) {
        extra = extra.empty() ? name.substr(question + 1) : extra;
        target.uri.len = question;
    }
    if (!extra.empty()) {
        ngx_str_t ignored = ngx::str(extra);
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "query strings %V ignored when exec'ing named location %V", &ignored,
                      &target.uri);
    }
}

// Parts target.uri from its query, to which extra is added. Null, or why not.
const char* parse_target(ngx_http_request_t& r, ExecTarget& target, std::string_view extra) {
    ngx_uint_t flags = NGX_HTTP_LOG_UNSAFE;
    if (ngx_http_parse_unsafe_uri(&r, &target.uri, &target.args, &flags) != NGX_OK) {
        return "unsafe uri";
    }
    if (extra.empty()) {
        return nullptr;
    }
    std::string_view own = ngx::view(target.args);
    size_t len = own.size() + extra.size() + (own.empty() ? 0 : 1);
    auto* p = static_cast<u_char*>(ngx_pnalloc(r.pool, len));
    if (p == nullptr) {
        return "no memory";
    }
    target.args = {len, p};
    if (!own.empty()) {
        p = ngx_cpymem(p, own.data(), own.size());
        *p++ = '&';
    }
    ngx_memcpy(p, extra.data(), extra.size());
    return nullptr;
}

} // namespace

const char* HttpHost::before_exit(int& status) noexcept {
    if (!closes_connection(status) && run.blocks_abort()) {
        return kPendingSubrequests;
    }
    if (kOutputPhases.has(phase)) {
        status = status_after_header(request, log(), status);
        if (status >= NGX_HTTP_SPECIAL_RESPONSE) {
            // What an error page written in Lua starts with (`error_page 404 = /uri`).
            request.headers_out.status = static_cast<ngx_uint_t>(status);
        }
    }
    return nullptr;
}

void HttpHost::record_exit(int status) noexcept {
    recorded_exit.code = status;
    recorded_exit.given = true;
}

NGX_LUA_FFI int ngx_http_lua_ffi_redirect(ngx_http_request_t*, const u_char* uri, size_t uri_len,
                                          int status, const char** err) noexcept {
    *err = may_leave(current().host);
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    ngx_http_request_t& r = running_host().request;
    if (r.header_sent) {
        *err = "attempt to call ngx.redirect after sending out the headers";
        return NGX_ERROR;
    }
    ngx_str_t value = ngx::copy(r.pool, {reinterpret_cast<const char*>(uri), uri_len});
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r.headers_out.headers));
    if (value.data == nullptr || header == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    ngx_http_clear_location((&r));
    header->hash = 1;
    header->next = nullptr;
    ngx_str_set(&header->key, "Location");
    header->value = value;
    header->lowcase_key = ngx::bytes("location");
    if (value.len == 0 || value.data[0] != '/') { // else nginx would make it absolute
        r.headers_out.location = header;
    }
    NGX_LUA_DEBUG(r.connection->log, "lua redirect to \"%V\" with code %i", &value,
                  static_cast<ngx_int_t>(status));
    current().host->run.end_by(Run::End::exit, status);
    return NGX_AGAIN;
}

NGX_LUA_FFI int ngx_http_lua_ffi_exec(ngx_http_request_t*, const u_char* uri, size_t uri_len,
                                      const u_char* args, size_t args_len,
                                      const char** err) noexcept {
    *err = may_leave(current().host);
    if (*err != nullptr) {
        return NGX_ERROR;
    }
    HttpHost& host = running_host();
    ngx_http_request_t& r = host.request;
    if (r.header_sent) {
        *err = "attempt to call ngx.exec after sending out response headers";
        return NGX_ERROR;
    }

    ExecTarget& target = host.exec_target;
    target.uri = ngx::copy(r.pool, {reinterpret_cast<const char*>(uri), uri_len});
    target.args = {};
    if (target.uri.data == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    std::string_view extra{reinterpret_cast<const char*>(args), args == nullptr ? 0 : args_len};
    if (target.uri.data[0] == '@') {
        drop_query(target, extra, host.log());
    } else {
        *err = parse_target(r, target, extra);
        if (*err != nullptr) {
            return NGX_ERROR;
        }
    }
    NGX_LUA_DEBUG(host.log(), "lua exec \"%V?%V\"", &target.uri, &target.args);
    host.run.end_by(Run::End::redirect_internally, 0);
    return NGX_AGAIN;
}

} // namespace lua::http
