#include "lua_http/request_headers.hpp"

#include "lua_http/header_text.hpp"
#include "ngx/str.hpp"

#include <cstring>

namespace lua::http {
namespace {

ngx_int_t host_variable = NGX_ERROR;

struct Name {
    u_char* lowcase;
    size_t len;
    ngx_uint_t hash;

    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(lowcase), len};
    }
};

// What nginx does with a header of this name; null for headers that it only lists.
ngx_http_header_t* known_header(ngx_http_request_t* r, const Name& name) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    return static_cast<ngx_http_header_t*>(
        ngx_hash_find(&core->headers_in_hash, name.hash, name.lowcase, name.len));
}

ngx_table_elt_t** slot_of(ngx_http_request_t* r, const ngx_http_header_t& known) {
    return reinterpret_cast<ngx_table_elt_t**>(reinterpret_cast<char*>(&r->headers_in) +
                                               known.offset);
}

bool is_multi(const Name& name) {
    return name.view() == "cookie" || name.view() == "x-forwarded-for";
}

// Calls visit(header) for each listed header.
template <typename Visit>
void for_each(ngx_http_request_t* r, Visit visit) {
    for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            visit(headers[i]);
        }
    }
}

bool matches(const ngx_table_elt_t& header, const Name& name) {
    return header.hash == name.hash && header.key.len == name.len &&
           std::memcmp(header.lowcase_key, name.lowcase, name.len) == 0;
}

// Removes the headers of this name from the list, whose order stays. Elements move, so the slots of
// all known headers are linked anew.
void remove_all(ngx_http_request_t* r, const Name& name) {
    for_each(r, [r](ngx_table_elt_t& header) {
        ngx_http_header_t* known =
            known_header(r, {header.lowcase_key, header.key.len, header.hash});
        if (known != nullptr && known->offset != 0) {
            *slot_of(r, *known) = nullptr;
        }
    });
    ngx_list_part_t* before = nullptr;
    for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        ngx_uint_t kept = 0;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!matches(headers[i], name)) {
                headers[kept++] = headers[i];
            }
        }
        part->nelts = kept;
        if (kept > 0 || before == nullptr) {
            before = part;
            continue;
        }
        before->next = part->next; // nginx's loops expect no empty part but the first
        if (r->headers_in.headers.last == part) {
            r->headers_in.headers.last = before;
        }
    }
    for_each(r, [r](ngx_table_elt_t& header) {
        header.next = nullptr;
        ngx_http_header_t* known =
            known_header(r, {header.lowcase_key, header.key.len, header.hash});
        if (known == nullptr || known->offset == 0) {
            return;
        }
        ngx_table_elt_t** link = slot_of(r, *known);
        while (*link != nullptr) {
            link = &(*link)->next;
        }
        *link = &header;
    });
}

void set_connection_type(ngx_http_request_t* r, const ngx_str_t* value) {
    r->headers_in.connection_type = 0;
    if (value == nullptr) {
        return;
    }
    if (ngx_strcasestrn(value->data, const_cast<char*>("close"), 5 - 1) != nullptr) {
        r->headers_in.connection_type = NGX_HTTP_CONNECTION_CLOSE;
        r->headers_in.keep_alive_n = -1;
    } else if (ngx_strcasestrn(value->data, const_cast<char*>("keep-alive"), 10 - 1) != nullptr) {
        r->headers_in.connection_type = NGX_HTTP_CONNECTION_KEEP_ALIVE;
    }
}

void set_browser(ngx_http_request_t* r, ngx_table_elt_t* header, const ngx_http_header_t& known) {
    r->headers_in.msie = 0;
    r->headers_in.msie6 = 0;
    r->headers_in.opera = 0;
    r->headers_in.gecko = 0;
    r->headers_in.chrome = 0;
    r->headers_in.safari = 0;
    r->headers_in.konqueror = 0;
    if (header != nullptr) {
        r->headers_in.user_agent = nullptr; // nginx's handler parses the first header only
        static_cast<void>(known.handler(r, header, known.offset));
    }
}

ngx_int_t set_host(ngx_http_request_t* r, const ngx_table_elt_t* header) {
    if (header == nullptr) {
        r->headers_in.server = {};
    } else {
        ngx_str_t host = header->value;
        if (host.len > 0 && ngx_http_validate_host(&host, r->pool, 1) != NGX_OK) {
            return NGX_ERROR;
        }
        r->headers_in.server = host;
    }
    if (host_variable != NGX_ERROR) {
        r->variables[host_variable].valid = 0;
        r->variables[host_variable].not_found = 0;
    }
    return NGX_OK;
}

// Brings what nginx has parsed from this header up to date; header is null when it is gone.
ngx_int_t reparse(ngx_http_request_t* r, const Name& name, ngx_table_elt_t* header,
                  const ngx_http_header_t& known) {
    std::string_view key = name.view();
    if (key == "host") {
        return set_host(r, header);
    }
    if (key == "connection") {
        set_connection_type(r, header == nullptr ? nullptr : &header->value);
    } else if (key == "user-agent") {
        set_browser(r, header, known);
    } else if (key == "content-length") {
        r->headers_in.content_length_n =
            header == nullptr ? -1 : ngx_atoof(header->value.data, header->value.len);
    } else if (key == "keep-alive" && header == nullptr) {
        r->headers_in.keep_alive_n = -1;
    }
    return NGX_OK;
}

bool fold(ngx_http_request_t* r, const ngx_str_t& key, Name& name) {
    name.len = key.len;
    name.lowcase = static_cast<u_char*>(ngx_pnalloc(r->pool, key.len + 1));
    if (name.lowcase == nullptr) {
        return false;
    }
    name.hash = ngx_hash_strlow(name.lowcase, key.data, key.len);
    name.lowcase[key.len] = '\0';
    return true;
}

bool can_change(const ngx_http_request_t* r) {
    return r->http_version >= NGX_HTTP_VERSION_10 && r->headers_in.headers.part.elts != nullptr;
}

ngx_table_elt_t* add(ngx_http_request_t* r, const Name& name, const ngx_str_t& key,
                     const ngx_str_t& value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_in.headers));
    if (header != nullptr) {
        header->hash = name.hash;
        header->key = key;
        header->value = value;
        header->lowcase_key = name.lowcase;
        header->next = nullptr;
    }
    return header;
}

} // namespace

ngx_int_t find_header_variables(ngx_conf_t* cf) noexcept {
    ngx_str_t host = ngx_string("host");
    host_variable = ngx_http_get_variable_index(cf, &host);
    return host_variable == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

ngx_int_t set_request_header(ngx_http_request_t* r, std::string_view name_text,
                             std::string_view value_text, Write how) noexcept {
    if (!can_change(r)) {
        return NGX_OK;
    }
    ngx_str_t key = copy_header_text(r->pool, name_text, HeaderPart::name);
    ngx_str_t value = copy_header_text(r->pool, value_text, HeaderPart::value);
    Name name{};
    if (key.data == nullptr || value.data == nullptr || !fold(r, key, name)) {
        return NGX_ERROR;
    }

    ngx_http_header_t* known = known_header(r, name);
    bool has_slot = known != nullptr && known->offset != 0;
    bool single = has_slot && !is_multi(name);
    ngx_table_elt_t* header = nullptr;

    if (how == Write::replace || single) {
        unsigned found = 0;
        for_each(r, [&](ngx_table_elt_t& h) {
            if (matches(h, name)) {
                found++;
                header = &h;
            }
        });
        if (found > 1) {
            remove_all(r, name);
            header = nullptr;
        }
    }
    if (header != nullptr) {
        header->value = value;
        header->key = key;
    } else {
        header = add(r, name, key, value);
        if (header == nullptr) {
            return NGX_ERROR;
        }
        if (has_slot) {
            ngx_table_elt_t** link = slot_of(r, *known);
            while (*link != nullptr) {
                link = &(*link)->next;
            }
            *link = header;
        }
    }
    return known == nullptr ? NGX_OK : reparse(r, name, header, *known);
}

ngx_int_t clear_request_header(ngx_http_request_t* r, std::string_view name_text) noexcept {
    if (!can_change(r)) {
        return NGX_OK;
    }
    ngx_str_t key = copy_header_text(r->pool, name_text, HeaderPart::name);
    Name name{};
    if (key.data == nullptr || !fold(r, key, name)) {
        return NGX_ERROR;
    }
    remove_all(r, name);
    ngx_http_header_t* known = known_header(r, name);
    return known == nullptr ? NGX_OK : reparse(r, name, nullptr, *known);
}

ngx_int_t set_request_length(ngx_http_request_t* r, off_t length) noexcept {
    u_char digits[NGX_OFF_T_LEN];
    u_char* end = ngx_sprintf(digits, "%O", length);
    if (clear_request_header(r, "Transfer-Encoding") != NGX_OK) {
        return NGX_ERROR;
    }
    r->headers_in.chunked = 0;
    return set_request_header(r, "Content-Length", ngx::view(digits, end), Write::replace);
}

} // namespace lua::http
