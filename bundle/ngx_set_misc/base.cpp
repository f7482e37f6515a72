// Base32, base64 and hex.
#include "set_misc.hpp"

namespace set_misc {

namespace {

ngx_int_t invalid(ngx_http_request_t* r, const char* directive) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "%s: invalid value", directive);
    return NGX_ERROR;
}

ngx_str_t source(const Value* v) {
    return {v->len, v->data};
}

} // namespace

ngx_int_t encode_base32(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const LocConf& conf = loc_conf(r);
    u_char* p = allocate(r, res, (static_cast<size_t>(v->len) + 4) / 5 * 8);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    unsigned bits = 0;
    unsigned held = 0; // how many of them are not written yet
    for (char c : view(*v)) {
        bits = (bits << 8) | static_cast<u_char>(c);
        for (held += 8; held >= 5; held -= 5) {
            *p++ = conf.base32_alphabet.data[(bits >> (held - 5)) & 31];
        }
    }
    if (held > 0) {
        *p++ = conf.base32_alphabet.data[(bits << (5 - held)) & 31];
    }

    while (conf.base32_padding && (p - res->data) % 8 != 0) {
        *p++ = '=';
    }
    return finish(res, p);
}

// Malformed text gives an empty value.
ngx_int_t decode_base32(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    const Base32Digits& digits = *loc_conf(r).base32_digits;

    std::string_view s = view(*v);
    s = s.substr(0, s.find('='));

    const size_t tail = s.size() % 8;
    if (tail == 1 || tail == 3 || tail == 6) {
        return NGX_OK;
    }

    u_char* p = allocate(r, res, s.size() * 5 / 8);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    unsigned bits = 0;
    unsigned held = 0;
    for (char c : s) {
        const u_char digit = digits[static_cast<u_char>(c)];
        if (digit == kNoDigit) {
            return finish(res, res->data);
        }
        bits = (bits << 5) | digit;
        held += 5;
        if (held >= 8) {
            held -= 8;
            *p++ = static_cast<u_char>(bits >> held);
        }
    }
    return finish(res, p);
}

ngx_int_t encode_base64(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    ngx_str_t src = source(v);
    if (allocate(r, res, ngx_base64_encoded_length(src.len)) == nullptr) {
        return NGX_ERROR;
    }
    ngx_encode_base64(res, &src);
    return NGX_OK;
}

ngx_int_t encode_base64url(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    ngx_str_t src = source(v);
    if (allocate(r, res, ngx_base64_encoded_length(src.len)) == nullptr) {
        return NGX_ERROR;
    }
    ngx_encode_base64url(res, &src);
    return NGX_OK;
}

ngx_int_t decode_base64(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    ngx_str_t src = source(v);
    if (allocate(r, res, ngx_base64_decoded_length(src.len)) == nullptr) {
        return NGX_ERROR;
    }
    return ngx_decode_base64(res, &src) == NGX_OK ? NGX_OK : invalid(r, "set_decode_base64");
}

ngx_int_t decode_base64url(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    ngx_str_t src = source(v);
    if (allocate(r, res, ngx_base64_decoded_length(src.len)) == nullptr) {
        return NGX_ERROR;
    }
    return ngx_decode_base64url(res, &src) == NGX_OK ? NGX_OK : invalid(r, "set_decode_base64url");
}

ngx_int_t encode_hex(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    u_char* p = allocate(r, res, 2 * v->len);
    return p == nullptr ? NGX_ERROR : finish(res, ngx_hex_dump(p, v->data, v->len));
}

ngx_int_t decode_hex(ngx_http_request_t* r, ngx_str_t* res, Value* v) {
    if (v->len % 2 != 0) {
        return invalid(r, "set_decode_hex");
    }

    u_char* p = allocate(r, res, v->len / 2);
    if (p == nullptr) {
        return NGX_ERROR;
    }

    for (const u_char* s = v->data; s < v->data + v->len; s += 2) {
        const int high = hex_digit(s[0]);
        const int low = hex_digit(s[1]);
        if (high < 0 || low < 0) {
            return invalid(r, "set_decode_hex");
        }
        *p++ = static_cast<u_char>(high * 16 + low);
    }
    return finish(res, p);
}

} // namespace set_misc
