// The set-misc module's filters.
//
// A filter computes a variable's value from one or several arguments; NDK calls it in the rewrite
// phase (ndk.h says what it may return), and the filters of one argument are called from Lua too.
// All are nginx entries. A result lives in the request's pool, or in the argument itself.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <ndk.h>

#include <array>

extern "C" {
extern ngx_module_t ngx_http_set_misc_module;
}

namespace set_misc {

using ngx::view;
using Value = ngx_http_variable_value_t;

// Which digit a byte is in the base32 alphabet; kNoDigit for the others.
inline constexpr u_char kNoDigit = 0xff;
using Base32Digits = std::array<u_char, 256>;

struct LocConf {
    ngx_flag_t base32_padding;
    ngx_str_t base32_alphabet;
    const Base32Digits* base32_digits; // of base32_alphabet
    ngx_int_t rotated;                 // what set_rotate gave last here; -1: nothing yet
};

inline LocConf& loc_conf(ngx_http_request_t* r) {
    return *static_cast<LocConf*>(ngx_http_get_module_loc_conf(r, ngx_http_set_misc_module));
}

// The value of a hex digit, -1 if c is none.
constexpr int hex_digit(u_char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Room for a result of up to `size` bytes, as res->data; null when memory is short.
inline u_char* allocate(ngx_http_request_t* r, ngx_str_t* res, size_t size) {
    res->data = static_cast<u_char*>(ngx_pnalloc(r->pool, size + 1));
    return res->data;
}

// The result ends at `end`.
inline ngx_int_t finish(ngx_str_t* res, const u_char* end) {
    res->len = static_cast<size_t>(end - res->data);
    return NGX_OK;
}

// Filters of one argument, v.
using Filter = ngx_int_t(ngx_http_request_t* r, ngx_str_t* res, Value* v);

Filter quote_sql_str;
Filter quote_pgsql_str;
Filter quote_json_str;
Filter escape_uri;
Filter unescape_uri;
Filter encode_base32;
Filter decode_base32;
Filter encode_base64;
Filter decode_base64;
Filter encode_base64url;
Filter decode_base64url;
Filter encode_hex;
Filter decode_hex;
Filter md5;
Filter sha1;
Filter secure_random_alphanum; // v: the length
Filter secure_random_lcalpha;
Filter local_today;        // v is not used
Filter formatted_gmt_time; // v: a format of strftime
Filter formatted_local_time;

// Filters of several arguments, v[0] ...
Filter if_empty;       // the variable's value, a value
Filter hmac_sha1;      // secret, text
Filter hmac_sha256;    // secret, text
Filter random_number;  // from, to
Filter rotate;         // the variable's value, from, to
Filter named_upstream; // the name of an upstream list, key
ngx_int_t hashed_upstream(ngx_http_request_t* r, ngx_str_t* res, Value* key, void* upstream_list);

} // namespace set_misc
