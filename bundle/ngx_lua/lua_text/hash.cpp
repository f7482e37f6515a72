#include "lua_text/exports.hpp"

#include "ngx/nginx.hpp"

extern "C" {
#include <ngx_crc32.h>
#include <ngx_md5.h>
#include <ngx_sha1.h>
}

#include <cstring>

namespace {

constexpr size_t kSha1Block = 64;
constexpr size_t kSha1Digest = 20;

// The first half of each HMAC pass: the key, padded to a block, under a mask.
void start_keyed(ngx_sha1_t* sha1, const unsigned char (&key)[kSha1Block],
                 unsigned char mask) noexcept {
    unsigned char block[kSha1Block];
    for (size_t i = 0; i < kSha1Block; i++) {
        block[i] = key[i] ^ mask;
    }
    ngx_sha1_init(sha1);
    ngx_sha1_update(sha1, block, kSha1Block);
}

} // namespace

void ngx_lua_ffi_md5_bin(const unsigned char* src, size_t len, unsigned char* dst) noexcept {
    ngx_md5_t md5;
    ngx_md5_init(&md5);
    ngx_md5_update(&md5, src, len);
    ngx_md5_final(dst, &md5);
}

void ngx_lua_ffi_md5(const unsigned char* src, size_t len, unsigned char* dst) noexcept {
    unsigned char digest[16];
    ngx_lua_ffi_md5_bin(src, len, digest);
    ngx_hex_dump(dst, digest, sizeof(digest));
}

int ngx_lua_ffi_sha1_bin(const unsigned char* src, size_t len, unsigned char* dst) noexcept {
    ngx_sha1_t sha1;
    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, src, len);
    ngx_sha1_final(dst, &sha1);
    return 1;
}

// HMAC (RFC 2104) over nginx's own SHA-1: it cannot fail, costs no allocation, and ties the engine
// to no TLS library.
void ngx_lua_ffi_hmac_sha1(const unsigned char* key, size_t key_len, const unsigned char* src,
                           size_t len, unsigned char* dst) noexcept {
    unsigned char padded[kSha1Block] = {};
    if (key_len > kSha1Block) {
        ngx_lua_ffi_sha1_bin(key, key_len, padded);
    } else if (key_len != 0) {
        std::memcpy(padded, key, key_len);
    }

    ngx_sha1_t sha1;
    unsigned char inner[kSha1Digest];
    start_keyed(&sha1, padded, 0x36);
    ngx_sha1_update(&sha1, src, len);
    ngx_sha1_final(inner, &sha1);

    start_keyed(&sha1, padded, 0x5c);
    ngx_sha1_update(&sha1, inner, sizeof(inner));
    ngx_sha1_final(dst, &sha1);
}

// The same value from a table of 16 entries, for inputs of a few dozen bytes, and from one of 256.
unsigned int ngx_lua_ffi_crc32_short(const unsigned char* src, size_t len) noexcept {
    return ngx_crc32_short(const_cast<u_char*>(src), len);
}

unsigned int ngx_lua_ffi_crc32_long(const unsigned char* src, size_t len) noexcept {
    return ngx_crc32_long(const_cast<u_char*>(src), len);
}
