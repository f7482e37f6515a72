// Changing the headers of a request.
//
// nginx keeps a list of them, pointers from headers_in to the ones it knows (its "slots"), and
// values parsed from some. These functions keep the three in step. The list's memory belongs to the
// request's pool. A subrequest starts with a shallow copy of its parent's, which
// remove_request_headers turns into one of its own.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <array>

namespace ngx {

struct HeaderName {
    ngx_str_t key;
    u_char* lowcase;
    ngx_uint_t hash; // of lowcase
};

// Takes key as it is and adds what nginx wants with it; lowcase is null when memory is short.
inline HeaderName header_name(ngx_pool_t* pool, ngx_str_t key) {
    HeaderName name{key, static_cast<u_char*>(ngx_pnalloc(pool, key.len + 1)), 0};
    if (name.lowcase != nullptr) {
        name.hash = ngx_hash_strlow(name.lowcase, key.data, key.len);
    }
    return name;
}

inline std::string_view lowcase(const HeaderName& name) {
    return {reinterpret_cast<char*>(name.lowcase), name.key.len};
}

inline std::string_view lowcase(const ngx_table_elt_t& header) {
    return {reinterpret_cast<char*>(header.lowcase_key), header.key.len};
}

// Requests of HTTP/0.9 and those that nginx rejects while it reads them have no list.
inline bool has_header_list(const ngx_http_request_t* r) {
    return r->headers_in.headers.part.elts != nullptr;
}

template <typename Visit>
void for_each_header(const ngx_list_t& list, Visit visit) {
    for (const ngx_list_part_t* part = &list.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            visit(headers[i]);
        }
    }
}

namespace detail {

// What nginx does with headers of this (lower-case) name; null if it only lists them.
inline const ngx_http_header_t* known_header(ngx_http_request_t* r, std::string_view name,
                                             ngx_uint_t hash) {
    auto* cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    return static_cast<ngx_http_header_t*>(
        ngx_hash_find(&cmcf->headers_in_hash, hash, bytes(name.data()), name.size()));
}

inline ngx_table_elt_t** header_slot(ngx_http_request_t* r, const ngx_http_header_t* known) {
    return known == nullptr || known->offset == 0
               ? nullptr
               : reinterpret_cast<ngx_table_elt_t**>(reinterpret_cast<char*>(&r->headers_in) +
                                                     known->offset);
}

inline ngx_table_elt_t** header_slot(ngx_http_request_t* r, const ngx_table_elt_t& header) {
    return header_slot(r, known_header(r, lowcase(header), header.hash));
}

inline void clear_slots(ngx_http_request_t* r) {
    for_each_header(r->headers_in.headers, [r](ngx_table_elt_t& header) {
        if (ngx_table_elt_t** slot = header_slot(r, header)) {
            *slot = nullptr;
        }
    });
}

inline void link_to_slot(ngx_http_request_t* r, ngx_table_elt_t& header) {
    header.next = nullptr;
    if (ngx_table_elt_t** link = header_slot(r, header)) {
        while (*link != nullptr) {
            link = &(*link)->next;
        }
        *link = &header;
    }
}

// A list's last part may be the one inside the list itself.
inline void copy_list(ngx_list_t& to, const ngx_list_t& from) {
    to = from;
    if (from.last == &from.part) {
        to.last = &to.part;
    }
}

inline void set_connection_type(ngx_http_request_t* r) {
    const ngx_table_elt_t* h = r->headers_in.connection;
    const auto has = [h](std::string_view token) {
        return h != nullptr && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                                                bytes(token.data()), token.size() - 1) != nullptr;
    };

    r->headers_in.connection_type = 0;
    if (has("close")) {
        r->headers_in.connection_type = NGX_HTTP_CONNECTION_CLOSE;
    } else if (has("keep-alive")) {
        r->headers_in.connection_type = NGX_HTTP_CONNECTION_KEEP_ALIVE;
    }
}

inline void set_content_length(ngx_http_request_t* r) {
    const ngx_table_elt_t* h = r->headers_in.content_length;
    r->headers_in.content_length_n = h == nullptr ? -1 : ngx_atoof(h->value.data, h->value.len);
}

// nginx's own handler recognises the browser, from the first header of a request that has none yet.
inline void set_browser(ngx_http_request_t* r) {
    ngx_http_headers_in_t& in = r->headers_in;
    in.msie = in.msie6 = in.opera = in.gecko = in.chrome = in.safari = in.konqueror = 0;

    ngx_table_elt_t* header = in.user_agent;
    if (header != nullptr) {
        const ngx_http_header_t* known = known_header(r, lowcase(*header), header->hash);
        in.user_agent = nullptr;
        static_cast<void>(known->handler(r, header, known->offset));
    }
}

// $host follows the header; without one it is the server's name.
inline ngx_int_t set_server(ngx_http_request_t* r) {
    const ngx_table_elt_t* header = r->headers_in.host;
    ngx_str_t host = header == nullptr ? ngx_str_t{} : header->value;
    if (host.len != 0 && ngx_http_validate_host(&host, r->pool, 1) != NGX_OK) {
        return NGX_ERROR;
    }
    r->headers_in.server = host;
    return NGX_OK;
}

} // namespace detail

// Gives a subrequest's headers, and what was parsed from them, to its parents.
inline void share_request_headers(const ngx_http_request_t* r) {
    for (ngx_http_request_t* parent = r->parent; parent != nullptr; parent = parent->parent) {
        parent->headers_in = r->headers_in;
        detail::copy_list(parent->headers_in.headers, r->headers_in.headers);
    }
}

// Removes the headers that `remove` says, and gives all others a place in a new list: the pointers
// that nginx has to them are renewed, others would dangle. False when memory is short.
template <typename Remove>
[[nodiscard]] bool remove_request_headers(ngx_http_request_t* r, Remove remove) {
    const ngx_list_t old = r->headers_in.headers;

    ngx_list_t kept;
    if (ngx_list_init(&kept, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return false;
    }

    bool ok = true;
    for_each_header(old, [&](ngx_table_elt_t& header) {
        if (remove(header)) {
            return;
        }
        auto* copy = static_cast<ngx_table_elt_t*>(ngx_list_push(&kept));
        if (copy == nullptr) {
            ok = false;
        } else {
            *copy = header;
        }
    });
    if (!ok) {
        return false;
    }

    detail::clear_slots(r);
    detail::copy_list(r->headers_in.headers, kept);
    for_each_header(r->headers_in.headers,
                    [r](ngx_table_elt_t& header) { detail::link_to_slot(r, header); });
    return true;
}

// Appends a header; null when memory is short. In a subrequest the list must have been copied
// before.
[[nodiscard]] inline ngx_table_elt_t* add_request_header(ngx_http_request_t* r,
                                                         const HeaderName& name, ngx_str_t value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_in.headers));
    if (header != nullptr) {
        *header = {};
        header->hash = name.hash;
        header->key = name.key;
        header->lowcase_key = name.lowcase;
        header->value = value;
        detail::link_to_slot(r, *header);
    }
    return header;
}

// Whether nginx has a pointer to headers of this name.
inline bool is_known_request_header(ngx_http_request_t* r, const HeaderName& name) {
    const ngx_http_header_t* known = detail::known_header(r, lowcase(name), name.hash);
    return detail::header_slot(r, known) != nullptr;
}

// Parses the headers again whose (lower-case) names match. NGX_ERROR: the Host is invalid.
template <typename Matches>
[[nodiscard]] ngx_int_t reparse_request_headers(ngx_http_request_t* r, Matches matches) {
    if (matches("connection")) {
        detail::set_connection_type(r);
    }
    if (matches("content-length")) {
        detail::set_content_length(r);
    }
    if (matches("user-agent")) {
        detail::set_browser(r);
    }
    return matches("host") ? detail::set_server(r) : NGX_OK;
}

} // namespace ngx
