#include "lua_text/exports.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lua_text/tests/bytes.hpp"

namespace {

std::string encode(std::string_view s, bool no_padding = false) {
    std::string out((s.size() + 2) / 3 * 4, '\0');
    out.resize(ngx_lua_ffi_encode_base64(bytes(s), s.size(), bytes(out), no_padding));
    return out;
}

using Decoder = int (*)(const unsigned char*, size_t, unsigned char*, size_t*) noexcept;

std::string decode(std::string_view s, Decoder decoder = ngx_lua_ffi_decode_base64) {
    std::string out((s.size() + 3) / 4 * 3, '\0');
    size_t len = 0;
    if (!decoder(bytes(s), s.size(), bytes(out), &len)) {
        return "malformed";
    }
    out.resize(len);
    return out;
}

TEST(Base64, EncodesEveryRemainder) {
    EXPECT_EQ(encode(""), "");
    EXPECT_EQ(encode("f"), "Zg==");
    EXPECT_EQ(encode("fo"), "Zm8=");
    EXPECT_EQ(encode("foo"), "Zm9v");
    EXPECT_EQ(encode("f", true), "Zg");
    EXPECT_EQ(encode("fo", true), "Zm8");
    EXPECT_EQ(encode("\xff\xfe\xfd"), "//79");
}

TEST(Base64, DecodesWithAndWithoutPadding) {
    EXPECT_EQ(decode(""), "");
    EXPECT_EQ(decode("Zg"), "f");
    EXPECT_EQ(decode("Zg=="), "f");
    EXPECT_EQ(decode("Zm9vYg=x"), "foob");
    EXPECT_EQ(decode("//79"), "\xff\xfe\xfd");
    EXPECT_EQ(decode("Zm9v-"), "malformed");
    EXPECT_EQ(decode("Zm9vY"), "malformed");
    EXPECT_EQ(decode("Zm 9v"), "malformed");
}

TEST(Base64, MimeSkipsForeignBytes) {
    EXPECT_EQ(decode("Zm\r\n9v Yg", ngx_lua_ffi_decode_base64mime), "foob");
    EXPECT_EQ(decode("-- --", ngx_lua_ffi_decode_base64mime), "");
    EXPECT_EQ(decode("Z m9vY", ngx_lua_ffi_decode_base64mime), "malformed");
    EXPECT_EQ(decode("Zg==Zm9v", ngx_lua_ffi_decode_base64mime), "f");
}

TEST(Base64, RoundTripOfAllLengths) {
    std::string text;
    for (int i = 0; i < 300; i++) {
        EXPECT_EQ(decode(encode(text)), text);
        EXPECT_EQ(decode(encode(text, true), ngx_lua_ffi_decode_base64mime), text);
        text += static_cast<char>(i * 7);
    }
}

} // namespace
