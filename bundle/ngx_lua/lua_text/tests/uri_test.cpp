#include "lua_text/exports.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lua_text/tests/bytes.hpp"
#include "lua_text/uri.hpp"

namespace {

using lua::text::UriSet;

std::string escape(std::string_view s, UriSet set) {
    const int type = static_cast<int>(set);
    std::string out(ngx_lua_ffi_uri_escaped_length(bytes(s), s.size(), type), '\0');
    ngx_lua_ffi_escape_uri(bytes(s), s.size(), bytes(out), type);
    return out;
}

std::string unescape(std::string_view s) {
    std::string out(s.size(), '\0');
    out.resize(ngx_lua_ffi_unescape_uri(bytes(s), s.size(), bytes(out)));
    return out;
}

TEST(Uri, EscapesByType) {
    const std::string_view url = "s://a.b/?t=abc@ :";
    EXPECT_EQ(escape(url, UriSet::path), "s://a.b/%3Ft=abc@%20:");
    EXPECT_EQ(escape(url, UriSet::args), "s://a.b/%3Ft=abc@%20:");
    EXPECT_EQ(escape(url, UriSet::component), "s%3A%2F%2Fa.b%2F%3Ft%3Dabc%40%20%3A");
    EXPECT_EQ(escape(url, UriSet::html), "s://a.b/?t=abc@%20:");
    EXPECT_EQ(escape("\xc3\xa4\x7f%", UriSet::memcached), "\xc3\xa4\x7f%25");
    EXPECT_EQ(escape("a b\t\x7f\xff&=", UriSet::query_string), "a%20b%09%7F\xff&=");
}

TEST(Uri, HowManyBytesEachTypeKeeps) {
    std::string all;
    for (int i = 0; i < 256; i++) {
        all += static_cast<char>(i);
    }
    const int kept[] = {91, 90, 71, 90, 92, 222, 222, 222};
    for (int type = 0; type < 8; type++) {
        const size_t len = ngx_lua_ffi_uri_escaped_length(bytes(all), all.size(), type);
        EXPECT_EQ((3 * 256 - len) / 2, static_cast<size_t>(kept[type])) << "type " << type;
    }
}

TEST(Uri, UnescapeKeepsBrokenEscapes) {
    EXPECT_EQ(unescape("a+b%20c"), "a b c");
    EXPECT_EQ(unescape("%%41%zz%4%41%4"), "%A%zz%4A%4");
    EXPECT_EQ(unescape("%c3%A4%00"), std::string_view("\xc3\xa4\0", 3));
    const std::string plain(100, 'x');
    EXPECT_EQ(unescape(plain + "%41" + plain + "+"), plain + "A" + plain + " ");
}

TEST(Uri, UnescapeInPlace) {
    std::string text = "%41%42 0123456789abcdef0123456789abcdef%43+0123456789abcdef";
    const auto end = lua::text::unescape(bytes(text), bytes(text), text.size());
    text.resize(static_cast<size_t>(end - bytes(text)));
    EXPECT_EQ(text, "AB 0123456789abcdef0123456789abcdefC 0123456789abcdef");
}

TEST(Uri, EscapeThenUnescapeIsIdentity) {
    std::string all;
    for (int i = 0; i < 256; i++) {
        all += static_cast<char>(i);
    }
    EXPECT_EQ(unescape(escape(all, UriSet::component)), all);
}

TEST(Uri, UnsafeByte) {
    EXPECT_EQ(ngx_lua_ffi_find_unsafe_uri_byte(bytes("/a\tb\xff"), 5), -1);
    EXPECT_EQ(ngx_lua_ffi_find_unsafe_uri_byte(bytes("/a\x7f"), 3), 2);
    EXPECT_EQ(ngx_lua_ffi_find_unsafe_uri_byte(bytes(std::string_view("\0", 1)), 1), 0);
}

} // namespace
