#include "lua_http/response_headers.hpp"

#include "lua_http/header_text.hpp"
#include "lua_http/http_host.hpp"
#include "ngx/response_headers.hpp"

namespace lua::http {
namespace {

constexpr const char* kFailed = "failed to set header";
constexpr const char* kNoMemory = "no memory";

using HeadersOut = ngx_http_headers_out_t;

template <typename Visit>
void for_each(HeadersOut& out, Visit visit) {
    ngx::for_each_header(out.headers, [&visit](ngx_table_elt_t& header) {
        if (header.hash != 0) {
            visit(header);
        }
    });
}

// nginx skips list entries whose hash is 0.
void hide_all(HeadersOut& out, std::string_view name) {
    for_each(out, [name](ngx_table_elt_t& header) {
        if (ngx::equal_nocase(ngx::view(header.key), name)) {
            header.hash = 0;
        }
    });
}

void append_to_slot(ngx_table_elt_t** link, ngx_table_elt_t* header) {
    while (*link != nullptr) {
        link = &(*link)->next;
    }
    *link = header;
}

// nginx takes the type from content_type, matches gzip_types against the part before ';' and adds
// the charset itself unless one is given.
const char* set_content_type(HttpHost& host, const ngx_str_t& value) {
    HeadersOut& out = host.request.headers_out;
    host.headers.content_type_set = true;
    out.content_type = value;
    out.content_type_hash = 1;
    out.content_type_lowcase = nullptr;
    out.content_type_len = value.len;
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == ';') {
            while (i > 0 && value.data[i - 1] == ' ') {
                i--;
            }
            out.content_type_len = i;
            break;
        }
    }
    return nullptr;
}

const char* set_length(HttpHost& host, const ngx_str_t& value) {
    off_t length = ngx_atoof(value.data, value.len);
    if (length == NGX_ERROR) {
        return kFailed;
    }
    host.request.headers_out.content_length_n = length;
    return nullptr;
}

} // namespace

const char* clear_response_header(HttpHost& host, std::string_view name) noexcept {
    HeadersOut& out = host.request.headers_out;
    host.headers.any_set = true;

    if (ngx::equal_nocase(name, "content-type")) {
        host.headers.content_type_set = true;
        out.content_type = {};
        out.content_type_len = 0;
        out.content_type_lowcase = nullptr;
        return nullptr;
    }
    hide_all(out, name);
    if (ngx::equal_nocase(name, "content-length")) {
        out.content_length_n = -1;
    } else if (ngx::equal_nocase(name, "last-modified")) {
        out.last_modified_time = -1;
    } else if (ngx::equal_nocase(name, "accept-ranges")) {
        host.request.allow_ranges = 0;
    }
    if (const ngx::ResponseSlot* slot = ngx::find_response_slot(name)) {
        out.*(slot->member) = nullptr;
    }
    return nullptr;
}

const char* set_response_header(HttpHost& host, std::string_view name_text,
                                std::string_view value_text, Write how) noexcept {
    ngx_http_request_t* r = &host.request;
    HeadersOut& out = r->headers_out;
    ngx_str_t key;
    ngx_str_t value;
    if (!copy_header(r->pool, name_text, value_text, key, value)) {
        return kNoMemory;
    }
    std::string_view name = ngx::view(key);
    host.headers.any_set = true;

    if (ngx::equal_nocase(name, "e-tag")) {
        ngx_str_set(&key, "ETag");
        name = ngx::view(key);
    }
    if (ngx::equal_nocase(name, "content-type")) {
        return set_content_type(host, value);
    }
    const ngx::ResponseSlot* slot = ngx::find_response_slot(name);
    if (slot != nullptr && slot->member == &HeadersOut::content_length) {
        if (const char* error = set_length(host, value)) {
            return error;
        }
    }
    if (how == Write::replace || (slot != nullptr && !slot->multi)) {
        hide_all(out, name);
        if (slot != nullptr) {
            out.*(slot->member) = nullptr;
        }
    }
    ngx_table_elt_t* header = ngx::add_response_header(r, key, value);
    if (header == nullptr) {
        return kNoMemory;
    }
    if (slot == nullptr) {
        return nullptr;
    }
    // Through this pointer nginx would find an address without host and put its own before it.
    bool keep_relative = slot->member == &HeadersOut::location && value_text.starts_with('/');
    if (!keep_relative) {
        append_to_slot(&(out.*(slot->member)), header);
    }
    if (slot->member == &HeadersOut::last_modified) {
        out.last_modified_time = ngx_parse_http_time(value.data, value.len);
    }
    return nullptr;
}

int find_response_header(HttpHost& host, std::string_view name, std::span<ngx_str_t> out) noexcept {
    ngx_http_request_t* r = &host.request;
    HeadersOut& headers = r->headers_out;

    if (name == "content-type" && headers.content_type.len > 0) {
        out[0] = headers.content_type;
        return 1;
    }
    size_t n = 0;
    for_each(headers, [&](ngx_table_elt_t& header) {
        if (n < out.size() && ngx::equal_nocase(ngx::view(header.key), name)) {
            out[n++] = header.value;
        }
    });
    if (n > 0) {
        return static_cast<int>(n);
    }

    bool length = name == "content-length" && headers.content_length_n >= 0;
    bool modified = name == "last-modified" && headers.last_modified_time >= 0;
    if (!length && !modified) {
        return 0;
    }
    auto* data = static_cast<u_char*>(
        ngx_pnalloc(r->pool, length ? NGX_OFF_T_LEN : sizeof("Mon, 28 Sep 1970 06:00:00 GMT")));
    if (data == nullptr) {
        return -1;
    }
    u_char* end = length ? ngx_sprintf(data, "%O", headers.content_length_n)
                         : ngx_http_time(data, headers.last_modified_time);
    out[0] = {static_cast<size_t>(end - data), data};
    return 1;
}

} // namespace lua::http
