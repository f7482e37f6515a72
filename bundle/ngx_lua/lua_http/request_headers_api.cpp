// ngx.req.get_headers, set_header, add_header, clear_header.
#include "lua_http/http_host.hpp"
#include "lua_http/request_headers.hpp"
#include "lua_text/ffi_types.hpp"
#include "ngx/export.hpp"
#include "ngx/log.hpp"

namespace lua::http {
namespace {

constexpr int kDefaultLimit = 100;

// HTTP/3 has no Host header of its own: it is made from :authority.
bool makes_host([[maybe_unused]] const ngx_http_request_t* r) {
#if (NGX_HTTP_V3)
    return r->http_version == NGX_HTTP_VERSION_30 && r->headers_in.server.len > 0 &&
           r->headers_in.host == nullptr;
#else
    return false;
#endif
}

FfiStr ffi_str(const u_char* data, size_t len) {
    return {static_cast<int>(len), data};
}

} // namespace

// The number of headers, at most max (-1: 100, 0: no limit).
NGX_LUA_FFI int ngx_http_lua_ffi_req_get_headers_count(ngx_http_request_t* r, int max,
                                                       int* truncated) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    *truncated = 0;
    if (max < 0) {
        max = kDefaultLimit;
    }
    auto count = static_cast<int>(makes_host(r));
    for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr;
         part = part->next) {
        count += static_cast<int>(part->nelts);
    }
    if (max > 0 && count > max) {
        *truncated = 1;
        NGX_LUA_DEBUG(r->connection->log, "lua exceeding request header limit %d > %d", count, max);
        return max;
    }
    return count;
}

NGX_LUA_FFI int ngx_http_lua_ffi_req_get_headers(ngx_http_request_t* r, FfiTableElt* out, int count,
                                                 int raw) noexcept {
    int n = 0;
    if (makes_host(r) && n < count) {
        static const u_char kHost[] = "host";
        out[n].key = ffi_str(kHost, 4);
        out[n++].value = ffi_str(r->headers_in.server.data, r->headers_in.server.len);
    }
    for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr;
         part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts && n < count; i++) {
            const ngx_table_elt_t& header = headers[i];
            out[n].key = ffi_str(raw != 0 ? header.key.data : header.lowcase_key, header.key.len);
            out[n++].value = ffi_str(header.value.data, header.value.len);
        }
    }
    return NGX_OK;
}

// value null and no values: removes the header.
NGX_LUA_FFI int ngx_http_lua_ffi_req_set_header(ngx_http_request_t* r, const u_char* key,
                                                size_t key_len, const u_char* value,
                                                size_t value_len, const FfiStr* values,
                                                size_t nvalues, int override,
                                                const char** err) noexcept {
    if (!serves_request()) {
        return kBadContext;
    }
    std::string_view name{reinterpret_cast<const char*>(key), key_len};
    ngx_int_t rc = NGX_OK;

    if (nvalues > 0) {
        Write how = override != 0 ? Write::replace : Write::append;
        for (size_t i = 0; i < nvalues && rc == NGX_OK; i++) {
            std::string_view text{reinterpret_cast<const char*>(values[i].data),
                                  static_cast<size_t>(values[i].len)};
            rc = set_request_header(r, name, text, how);
            how = Write::append;
        }
    } else if (value == nullptr) {
        rc = clear_request_header(r, name);
    } else {
        rc = set_request_header(r, name, {reinterpret_cast<const char*>(value), value_len},
                                override != 0 ? Write::replace : Write::append);
    }
    if (rc != NGX_OK) {
        *err = "failed to set header";
        return NGX_ERROR;
    }
    return NGX_OK;
}

} // namespace lua::http
