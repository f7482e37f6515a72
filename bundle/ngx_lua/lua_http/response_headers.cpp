#include "lua_http/response_headers.hpp"

#include "lua_http/header_text.hpp"
#include "lua_http/http_host.hpp"
#include "ngx/str.hpp"

namespace lua::http {
namespace {

constexpr const char* kFailed = "failed to set header";
constexpr const char* kNoMemory = "no memory";

using HeadersOut = ngx_http_headers_out_t;

// Headers that nginx's filters find through a pointer of headers_out.
struct Known {
    std::string_view name;
    ngx_table_elt_t* HeadersOut::*slot;
    bool multi = false; // may appear several times
};

constexpr Known kKnown[] = {
    {"server", &HeadersOut::server},
    {"date", &HeadersOut::date},
    {"content-encoding", &HeadersOut::content_encoding},
    {"location", &HeadersOut::location},
    {"refresh", &HeadersOut::refresh},
    {"last-modified", &HeadersOut::last_modified},
    {"content-range", &HeadersOut::content_range},
    {"accept-ranges", &HeadersOut::accept_ranges},
    {"www-authenticate", &HeadersOut::www_authenticate, true},
    {"expires", &HeadersOut::expires},
    {"etag", &HeadersOut::etag},
    {"content-length", &HeadersOut::content_length},
    {"cache-control", &HeadersOut::cache_control, true},
    {"link", &HeadersOut::link, true},
};

const Known* find_known(std::string_view name) {
    for (const Known& known : kKnown) {
        if (ngx::equal_nocase(known.name, name)) {
            return &known;
        }
    }
    return nullptr;
}

template <typename Visit>
void for_each(HeadersOut& out, Visit visit) {
    for (ngx_list_part_t* part = &out.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].hash != 0) {
                visit(headers[i]);
            }
        }
    }
}

// nginx skips list entries whose hash is 0.
void hide_all(HeadersOut& out, std::string_view name) {
    for_each(out, [name](ngx_table_elt_t& header) {
        if (ngx::equal_nocase(ngx::view(header.key), name)) {
            header.hash = 0;
        }
    });
}

ngx_table_elt_t* add(ngx_http_request_t* r, const ngx_str_t& key, const ngx_str_t& value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
    if (header != nullptr) {
        header->hash = 1;
        header->key = key;
        header->value = value;
        header->lowcase_key = nullptr;
        header->next = nullptr;
    }
    return header;
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
    if (const Known* known = find_known(name)) {
        out.*(known->slot) = nullptr;
    }
    return nullptr;
}

const char* set_response_header(HttpHost& host, std::string_view name_text,
                                std::string_view value_text, Write how) noexcept {
    ngx_http_request_t* r = &host.request;
    HeadersOut& out = r->headers_out;
    ngx_str_t key = copy_header_text(r->pool, name_text, HeaderPart::name);
    ngx_str_t value = copy_header_text(r->pool, value_text, HeaderPart::value);
    if (key.data == nullptr || value.data == nullptr) {
        return kNoMemory;
    }
    std::string_view name = ngx::view(key);
    host.headers.any_set = true;

    if (name == "E-Tag" || ngx::equal_nocase(name, "e-tag")) {
        ngx_str_set(&key, "ETag");
        name = ngx::view(key);
    }
    if (ngx::equal_nocase(name, "content-type")) {
        return set_content_type(host, value);
    }
    const Known* known = find_known(name);
    if (known != nullptr && known->slot == &HeadersOut::content_length) {
        if (const char* error = set_length(host, value)) {
            return error;
        }
    }
    if (how == Write::replace || (known != nullptr && !known->multi)) {
        hide_all(out, name);
        if (known != nullptr) {
            out.*(known->slot) = nullptr;
        }
    }
    ngx_table_elt_t* header = add(r, key, value);
    if (header == nullptr) {
        return kNoMemory;
    }
    if (known == nullptr) {
        return nullptr;
    }
    // Through this pointer nginx would find an address without host and put its own before it.
    bool keep_relative = known->slot == &HeadersOut::location && value_text.starts_with('/');
    if (!keep_relative) {
        append_to_slot(&(out.*(known->slot)), header);
    }
    if (known->slot == &HeadersOut::last_modified) {
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
