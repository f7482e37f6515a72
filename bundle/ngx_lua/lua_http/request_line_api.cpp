// ngx.req: method, URI, arguments, protocol version, raw header.
#include "lua_http/http_host.hpp"
#include "lua_http/request_line.hpp"
#include "lua_text/args.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

#include <array>

namespace lua::http {
namespace {

struct Method {
    ngx_uint_t bit;
    std::string_view name;
};

// nginx compares with the name and, in some places, the byte behind it: a space.
constexpr std::array<Method, 15> kMethods{{
    {NGX_HTTP_GET, "GET "},
    {NGX_HTTP_HEAD, "HEAD "},
    {NGX_HTTP_POST, "POST "},
    {NGX_HTTP_PUT, "PUT "},
    {NGX_HTTP_DELETE, "DELETE "},
    {NGX_HTTP_MKCOL, "MKCOL "},
    {NGX_HTTP_COPY, "COPY "},
    {NGX_HTTP_MOVE, "MOVE "},
    {NGX_HTTP_OPTIONS, "OPTIONS "},
    {NGX_HTTP_PROPFIND, "PROPFIND "},
    {NGX_HTTP_PROPPATCH, "PROPPATCH "},
    {NGX_HTTP_LOCK, "LOCK "},
    {NGX_HTTP_UNLOCK, "UNLOCK "},
    {NGX_HTTP_PATCH, "PATCH "},
    {NGX_HTTP_TRACE, "TRACE "},
}};

} // namespace

bool set_method(ngx_http_request_t* r, ngx_uint_t bit) noexcept {
    for (const Method& method : kMethods) {
        if (method.bit == bit) {
            r->method = bit;
            r->method_name = {method.name.size() - 1, ngx::bytes(method.name.data())};
            return true;
        }
    }
    return false;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_method(ngx_http_request_t* r) noexcept {
    return serves_request() ? static_cast<int>(r->method) : kBadContext;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_method_name(ngx_http_request_t* r, u_char** name,
                                                     size_t* len) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    *name = r->method_name.data;
    *len = r->method_name.len;
    return NGX_OK;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_set_method(ngx_http_request_t* r, int method) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    return set_method(r, static_cast<ngx_uint_t>(method)) ? NGX_OK : NGX_DECLINED;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_http_version(ngx_http_request_t* r) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    switch (r->http_version) {
    case NGX_HTTP_VERSION_9:
        return 9;
    case NGX_HTTP_VERSION_10:
        return 10;
    case NGX_HTTP_VERSION_11:
        return 11;
    case NGX_HTTP_VERSION_20:
        return 20;
    case NGX_HTTP_VERSION_30:
        return 30;
    default:
        return 0;
    }
}

NGX_LUA_FFI size_t ngx_http_lua_ffi_req_get_querystring_len(ngx_http_request_t* r) noexcept {
    return serves_request() ? r->args.len : 0;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_uri_args_count(ngx_http_request_t* r, int max,
                                                        int* truncated) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    size_t len = r->args.len;
    int count = text::count_args(r->args.data, len, max);
    *truncated = len < r->args.len ? 1 : 0;
    if (*truncated != 0) {
        NGX_LUA_DEBUG(r->connection->log, "lua hit query args limit %d", count);
    }
    return count;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_uri_args(ngx_http_request_t* r, u_char* buf,
                                                  FfiTableElt* out, int count) noexcept {
    return text::decode_args(r->args.data, r->args.len, buf, out, count);
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_set_uri_args(ngx_http_request_t* r, const u_char* args,
                                                  size_t len, const char** err) noexcept {
    if (!serves_request()) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    ngx_str_t copy = ngx::copy(r->pool, {reinterpret_cast<const char*>(args), len});
    if (copy.data == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    r->args = copy;
    r->valid_unparsed_uri = 0;
    return NGX_OK;
}

// 0; with jump -2: the caller yields and the location search starts again.
NGX_LUA_FFI int ngx_http_lua_ffi_req_set_uri(ngx_http_request_t* r, const u_char* uri, size_t len,
                                             int jump, const char** err) noexcept {
    Host* host = current().host;
    if (!serves_request()) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    if (jump != 0) {
        if (host->phase != Phase::rewrite && host->phase != Phase::server_rewrite) {
            *err = refusal(host->phase);
            return NGX_ERROR;
        }
        if (host->run.blocks_abort()) {
            *err = "attempt to abort with pending subrequests";
            return NGX_ERROR;
        }
    }
    ngx_str_t copy = ngx::copy(r->pool, {reinterpret_cast<const char*>(uri), len});
    if (copy.data == nullptr) {
        *err = "no memory";
        return NGX_ERROR;
    }
    r->uri = copy;
    r->internal = 1;
    r->valid_unparsed_uri = 0;
    ngx_http_set_exten(r);
    if (jump == 0) {
        r->valid_location = 0;
        r->uri_changed = 0;
        return NGX_OK;
    }
    NGX_LUA_DEBUG(r->connection->log, "lua set uri jump to \"%V\"", &r->uri);
    r->uri_changed = 1;
    host->run.end_by(Run::End::restart_phases, 0);
    return NGX_AGAIN;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_raw_header(ngx_http_request_t* r, int no_request_line,
                                                u_char** data, size_t* len,
                                                const char** err) noexcept {
    if (!serves_request()) {
        *err = kRefusedHere;
        return NGX_ERROR;
    }
    if (r->http_version == NGX_HTTP_VERSION_20) {
        *err = "http2 requests not supported yet";
        return NGX_ERROR;
    }
    const ngx_str_t header = raw_header(r, no_request_line != 0);
    *data = header.data;
    *len = header.len;
    return NGX_OK;
}

} // namespace lua::http
