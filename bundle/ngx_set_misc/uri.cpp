// Percent-encoding of URI components.
#include "set_misc.hpp"

namespace set_misc {

namespace {

bool stays(u_char c) {
    constexpr std::string_view kMarks = "!$'()*,-.@_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(static_cast<char>(c)) != kMarks.npos;
}

} // namespace

ngx_int_t escape_uri(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    u_char* p = allocate(r, res, 3 * v->len);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    for (char byte : view(*v)) {
        const auto c = static_cast<u_char>(byte);
        if (stays(c)) {
            *p++ = c;
        } else {
            p = ngx_sprintf(p, "%%%02Xi", static_cast<ngx_int_t>(c));
        }
    }
    return finish(res, p);
}

ngx_int_t unescape_uri(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    u_char* p = allocate(r, res, v->len);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    const std::string_view s = view(*v);
    for (size_t i = 0; i < s.size(); i++) {
        if (s[i] != '%') {
            *p++ = s[i] == '+' ? ' ' : static_cast<u_char>(s[i]);
            continue;
        }

        // Broken input: a "%" without a digit is dropped, one with a single digit with both bytes.
        if (++i == s.size()) {
            break;
        }
        const int high = hex_digit(static_cast<u_char>(s[i]));
        if (high < 0) {
            *p++ = static_cast<u_char>(s[i]);
            continue;
        }
        if (++i == s.size()) {
            break;
        }
        const int low = hex_digit(static_cast<u_char>(s[i]));
        if (low >= 0) {
            *p++ = static_cast<u_char>(high * 16 + low);
        }
    }
    return finish(res, p);
}

} // namespace set_misc
