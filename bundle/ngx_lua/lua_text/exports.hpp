// The FFI functions of this folder: encodings, hashes, time, SQL quoting. They need no request, so
// each exists once, and aliases.ld gives it the names that Lua code in the wild binds.
//
// All are pure functions over the caller's bytes (pointer and length, no NUL) except the time ones,
// which read nginx's cached clock. None allocates, fails with an exception or keeps a pointer:
// `dst` is always a buffer of the caller, of the size given here.
#pragma once

#include <cstddef>

#include "ngx/export.hpp"

#include "lua_text/ffi_types.hpp"

// Hashes. dst: 32 lower-case hex digits, 16 bytes, 20 bytes.
NGX_LUA_FFI void ngx_lua_ffi_md5(const unsigned char* src, size_t len, unsigned char* dst) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_md5_bin(const unsigned char* src, size_t len,
                                     unsigned char* dst) noexcept;
// Returns 1; 0 is reserved by the ABI for builds without SHA-1.
NGX_LUA_FFI int ngx_lua_ffi_sha1_bin(const unsigned char* src, size_t len,
                                     unsigned char* dst) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_hmac_sha1(const unsigned char* key, size_t key_len,
                                       const unsigned char* src, size_t len,
                                       unsigned char* dst) noexcept;
NGX_LUA_FFI unsigned int ngx_lua_ffi_crc32_short(const unsigned char* src, size_t len) noexcept;
NGX_LUA_FFI unsigned int ngx_lua_ffi_crc32_long(const unsigned char* src, size_t len) noexcept;

// Base64. Encoding needs (len + 2) / 3 * 4 bytes and returns the number written; decoding needs
// (len + 3) / 4 * 3 and returns 0 for malformed input. What follows the first '=' is ignored; the
// mime variant also skips every byte outside the alphabet.
NGX_LUA_FFI size_t ngx_lua_ffi_encode_base64(const unsigned char* src, size_t len,
                                             unsigned char* dst, int no_padding) noexcept;
NGX_LUA_FFI int ngx_lua_ffi_decode_base64(const unsigned char* src, size_t len, unsigned char* dst,
                                          size_t* dst_len) noexcept;
NGX_LUA_FFI int ngx_lua_ffi_decode_base64mime(const unsigned char* src, size_t len,
                                              unsigned char* dst, size_t* dst_len) noexcept;

// URI escaping; `type` is a lua::text::UriSet. escape_uri writes uri_escaped_length bytes;
// unescape_uri writes at most `len` and returns how many (dst may be src).
NGX_LUA_FFI size_t ngx_lua_ffi_uri_escaped_length(const unsigned char* src, size_t len,
                                                  int type) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_escape_uri(const unsigned char* src, size_t len, unsigned char* dst,
                                        int type) noexcept;
NGX_LUA_FFI size_t ngx_lua_ffi_unescape_uri(const unsigned char* src, size_t len,
                                            unsigned char* dst) noexcept;
// Offset of the first control byte (tab excepted) or DEL, -1 if there is none.
NGX_LUA_FFI long ngx_lua_ffi_find_unsafe_uri_byte(const unsigned char* src, size_t len) noexcept;

// Query arguments; see lua_text/args.hpp. count_args shortens *len to the counted segments.
NGX_LUA_FFI int ngx_lua_ffi_count_args(const unsigned char* src, size_t* len, int max) noexcept;
NGX_LUA_FFI int ngx_lua_ffi_decode_args(const unsigned char* src, size_t len, unsigned char* buf,
                                        lua::FfiTableElt* out, int count) noexcept;

// A quoted SQL string; the length includes both quotes.
NGX_LUA_FFI size_t ngx_lua_ffi_quoted_sql_length(const unsigned char* src, size_t len) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_quote_sql_str(const unsigned char* src, size_t len,
                                           unsigned char* dst) noexcept;

// Replaces every byte `find` of the buffer.
NGX_LUA_FFI void ngx_lua_ffi_str_replace_char(unsigned char* buf, size_t len, unsigned char find,
                                              unsigned char replace) noexcept;

// Time, from nginx's cached clock. today writes 10 bytes, localtime and utctime 19, http_time 29,
// cookie_time up to 29 and returns how many. parse_http_time stores -1 for what it cannot read.
NGX_LUA_FFI double ngx_lua_ffi_now() noexcept;
NGX_LUA_FFI long ngx_lua_ffi_time() noexcept;
NGX_LUA_FFI long ngx_lua_ffi_monotonic_msec() noexcept;
NGX_LUA_FFI void ngx_lua_ffi_update_time() noexcept;
NGX_LUA_FFI void ngx_lua_ffi_today(unsigned char* buf) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_localtime(unsigned char* buf) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_utctime(unsigned char* buf) noexcept;
NGX_LUA_FFI int ngx_lua_ffi_cookie_time(unsigned char* buf, long t) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_http_time(unsigned char* buf, long t) noexcept;
NGX_LUA_FFI void ngx_lua_ffi_parse_http_time(const unsigned char* src, size_t len,
                                             long* time) noexcept;
