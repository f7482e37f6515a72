// ngx.header and ngx.resp.get_headers.
#include "lua_http/http_host.hpp"
#include "lua_http/response_headers.hpp"
#include "lua_text/ffi_types.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

#include <algorithm>
#include <array>

namespace lua::http {
namespace {

constexpr int kMaxValues = 100;
constexpr int kDefaultLimit = 100;

FfiStr ffi_str(const ngx_str_t& s) {
    return {static_cast<int>(s.len), s.data};
}
FfiStr ffi_str(std::string_view s) {
    return {static_cast<int>(s.size()), reinterpret_cast<const u_char*>(s.data())};
}
std::string_view view(const u_char* data, size_t len) {
    return {reinterpret_cast<const char*>(data), len};
}

const char* set_values(HttpHost& host, std::string_view name, const FfiStr* values, size_t n,
                       Write how) {
    const char* error = nullptr;
    for (size_t i = 0; i < n && error == nullptr; i++) {
        error = set_response_header(host, name,
                                    view(values[i].data, static_cast<size_t>(values[i].len)), how);
        how = Write::append;
    }
    return error;
}

// Headers that nginx writes itself, from fields of its own.
struct Synthesised {
    std::string_view raw_name;
    std::string_view name;
    ngx_str_t value;
};

size_t synthesise(HttpHost& host, std::array<Synthesised, 4>& out) {
    ngx_http_request_t* r = &host.request;
    size_t n = 0;
    if (r->headers_out.content_type.len > 0) {
        out[n++] = {"Content-Type", "content-type", r->headers_out.content_type};
    }
    if (r->headers_out.content_length == nullptr && r->headers_out.content_length_n >= 0) {
        ngx_str_t value = {};
        if (find_response_header(host, "content-length", {&value, 1}) == 1) {
            out[n++] = {"Content-Length", "content-length", value};
        }
    }
    out[n] = {"Connection", "connection", {}};
    if (r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS) {
        ngx_str_set(&out[n].value, "upgrade");
    } else if (r->keepalive) {
        ngx_str_set(&out[n].value, "keep-alive");
    } else {
        ngx_str_set(&out[n].value, "close");
    }
    n++;
    if (r->chunked) {
        out[n] = {"Transfer-Encoding", "transfer-encoding", {}};
        ngx_str_set(&out[n].value, "chunked");
        n++;
    }
    return n;
}

u_char* lowcase_key(ngx_pool_t* pool, ngx_table_elt_t& header) {
    if (header.lowcase_key == nullptr) {
        header.lowcase_key = static_cast<u_char*>(ngx_pnalloc(pool, header.key.len));
        if (header.lowcase_key != nullptr) {
            ngx_strlow(header.lowcase_key, header.key.data, header.key.len);
        }
    }
    return header.lowcase_key;
}

} // namespace

// is_nil: removes the header.
NGX_LUA_FFI int ngx_http_lua_ffi_set_resp_header(ngx_http_request_t* r, const u_char* key,
                                                 size_t key_len, int is_nil, const u_char* value,
                                                 size_t value_len, const FfiStr* values,
                                                 size_t nvalues, int override,
                                                 const char** err) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    if (r->header_sent) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "attempt to set ngx.header.HEADER after sending out response headers");
        return NGX_DECLINED;
    }
    HttpHost& host = running_host();
    std::string_view name = view(key, key_len);
    u_char* dashed = nullptr;
    if (loc_conf(r).transform_underscores && name.find('_') != std::string_view::npos) {
        dashed = static_cast<u_char*>(ngx_pnalloc(r->pool, key_len));
        if (dashed == nullptr) {
            *err = "no memory";
            return NGX_ERROR;
        }
        std::replace_copy(key, key + key_len, dashed, '_', '-');
        name = view(dashed, key_len);
    }

    Write how = override != 0 ? Write::replace : Write::append;
    if (is_nil != 0 || (values != nullptr && nvalues == 0 && value == nullptr)) {
        *err = clear_response_header(host, name);
    } else if (values != nullptr && nvalues > 0) {
        *err = set_values(host, name, values, nvalues, how);
    } else {
        *err = set_response_header(host, name, view(value, value_len), how);
    }
    return *err == nullptr ? NGX_OK : NGX_ERROR;
}

// Returns the number of values, at most max_values.
NGX_LUA_FFI int ngx_http_lua_ffi_get_resp_header(ngx_http_request_t* r, const u_char* key,
                                                 size_t key_len, u_char* key_buf, FfiStr* values,
                                                 int max_values, const char** err) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    bool dashes = loc_conf(r).transform_underscores != 0;
    for (size_t i = 0; i < key_len; i++) {
        key_buf[i] = dashes && key[i] == '_' ? '-' : ngx_tolower(key[i]);
    }
    std::array<ngx_str_t, kMaxValues> found;
    int n = find_response_header(
        running_host(), view(key_buf, key_len),
        {found.data(), static_cast<size_t>(std::clamp(max_values, 1, kMaxValues))});
    if (n < 0) {
        *err = "no memory";
        return NGX_ERROR;
    }
    for (int i = 0; i < n; i++) {
        values[i] = ffi_str(found[static_cast<size_t>(i)]);
    }
    return n;
}

NGX_LUA_FFI int ngx_http_lua_ffi_resp_get_headers_count(ngx_http_request_t* r, int max,
                                                        int* truncated) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    *truncated = 0;
    if (max < 0) {
        max = kDefaultLimit;
    }
    std::array<Synthesised, 4> synthesised;
    auto count = static_cast<int>(synthesise(running_host(), synthesised));
    for (const ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr;
         part = part->next) {
        count += static_cast<int>(part->nelts);
    }
    if (max > 0 && count > max) {
        *truncated = 1;
        NGX_LUA_DEBUG(r->connection->log, "lua exceeding response header limit %d > %d", count,
                      max);
        return max;
    }
    return count;
}

// Returns how many were filled in, which may be fewer: removed headers are skipped.
NGX_LUA_FFI int ngx_http_lua_ffi_resp_get_headers(ngx_http_request_t* r, FfiTableElt* out,
                                                  int count, int raw) noexcept {
    std::array<Synthesised, 4> synthesised;
    size_t made = synthesise(running_host(), synthesised);
    int n = 0;

    for (size_t i = 0; i < made && n < count; i++) {
        const Synthesised& header = synthesised[i];
        out[n++] = {ffi_str(raw != 0 ? header.raw_name : header.name), ffi_str(header.value)};
    }
    for (ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts && n < count; i++) {
            ngx_table_elt_t& header = headers[i];
            if (header.hash == 0) {
                continue;
            }
            const u_char* key = raw != 0 ? header.key.data : lowcase_key(r->pool, header);
            if (key == nullptr) {
                return NGX_ERROR;
            }
            out[n++] = {{static_cast<int>(header.key.len), key}, ffi_str(header.value)};
        }
    }
    return n;
}

} // namespace lua::http
