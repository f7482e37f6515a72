// needs: nginx
#include "lua_text/exports.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lua_text/tests/bytes.hpp"

namespace {

std::string hex(std::string_view s) {
    std::string out;
    for (const unsigned char c : s) {
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
    return out;
}

std::string hmac(std::string_view key, std::string_view s) {
    std::string out(20, '\0');
    ngx_lua_ffi_hmac_sha1(bytes(key), key.size(), bytes(s), s.size(), bytes(out));
    return hex(out);
}

TEST(Hash, KnownDigests) {
    std::string md5(32, '\0'), sha1(20, '\0');
    ngx_lua_ffi_md5(bytes("hello"), 5, bytes(md5));
    EXPECT_EQ(md5, "5d41402abc4b2a76b9719d911017c592");
    EXPECT_EQ(ngx_lua_ffi_sha1_bin(bytes("hello"), 5, bytes(sha1)), 1);
    EXPECT_EQ(hex(sha1), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    EXPECT_EQ(ngx_lua_ffi_crc32_long(bytes("hello, world"), 12), 4289425978u);
}

// RFC 2202.
TEST(Hash, HmacShortLongAndEmptyKeys) {
    EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
              "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    EXPECT_EQ(
        hmac(std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
        "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    EXPECT_EQ(hmac("", ""), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

} // namespace
