// Literals of SQL and JSON.
#include "set_misc.hpp"

#include "ngx/json_escape.hpp"

namespace set_misc {

namespace {

// What stands behind the backslash for a byte that SQL escapes; 0 for all others.
u_char sql_escape(u_char c) {
    switch (c) {
    case '\0':
        return '0';
    case '\b':
        return 'b';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case 0x1a:
        return 'Z';
    case '\\':
    case '\'':
    case '"':
    case '$':
        return c;
    default:
        return 0;
    }
}

u_char* put_sql(u_char* p, u_char c) {
    if (const u_char escape = sql_escape(c); escape != 0) {
        *p++ = '\\';
        c = escape;
    }
    *p++ = c;
    return p;
}

ngx_int_t empty_literal(ngx_str_t* res, std::string_view literal) {
    *res = ngx::str(literal);
    return NGX_OK;
}

bool is_empty(const Value* v) {
    return v->not_found || v->len == 0;
}

// The length of the UTF-8 sequence that starts with this byte, and the least character that needs
// it; 0 if none starts so.
struct Sequence {
    size_t length;
    uint32_t least;
};

Sequence utf8_sequence(u_char c) {
    if (c < 0x80) {
        return {1, 0};
    }
    if (c >= 0xc0 && c < 0xe0) {
        return {2, 0x80};
    }
    if (c >= 0xe0 && c < 0xf0) {
        return {3, 0x800};
    }
    return {c >= 0xf0 && c < 0xf8 ? size_t{4} : 0, 0x10000};
}

bool is_utf8(std::string_view s) {
    while (!s.empty()) {
        const auto first = static_cast<u_char>(s[0]);
        const auto [length, least] = utf8_sequence(first);
        if (length == 0 || length > s.size()) {
            return false;
        }

        uint32_t character = length == 1 ? first : first & (0x7fu >> length);
        for (char c : s.substr(1, length - 1)) {
            if ((c & 0xc0) != 0x80) {
                return false;
            }
            character = (character << 6) | (c & 0x3f);
        }

        const bool is_surrogate = character >= 0xd800 && character < 0xe000;
        if (character < least || character > 0x10ffff || is_surrogate) {
            return false;
        }
        s.remove_prefix(length);
    }
    return true;
}

} // namespace

ngx_int_t quote_sql_str(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    if (is_empty(v)) {
        return empty_literal(res, "''");
    }

    u_char* p = allocate(r, res, 2 * v->len + 2);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    *p++ = '\'';
    for (char c : view(*v)) {
        p = put_sql(p, static_cast<u_char>(c));
    }
    *p++ = '\'';
    return finish(res, p);
}

ngx_int_t quote_pgsql_str(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    if (is_empty(v)) {
        return empty_literal(res, "''");
    }

    u_char* p = allocate(r, res, 5 * v->len + 3);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    *p++ = 'E';
    *p++ = '\'';
    const bool is_text = is_utf8(view(*v));
    for (char byte : view(*v)) {
        const auto c = static_cast<u_char>(byte);
        if (is_text || c < 0x80) {
            p = put_sql(p, c);
        } else {
            p = ngx_sprintf(p, "\\\\%c%c%c", '0' + (c >> 6), '0' + ((c >> 3) & 7), '0' + (c & 7));
        }
    }
    *p++ = '\'';
    return finish(res, p);
}

ngx_int_t quote_json_str(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    if (is_empty(v)) {
        return empty_literal(res, "null");
    }

    u_char* p = allocate(r, res, 6 * v->len + 2);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    *p++ = '"';
    static_cast<void>(ngx::write_json(view(*v), [&p](std::string_view piece) {
        p = ngx_cpymem(p, piece.data(), piece.size());
        return true;
    }));
    *p++ = '"';
    return finish(res, p);
}

} // namespace set_misc
