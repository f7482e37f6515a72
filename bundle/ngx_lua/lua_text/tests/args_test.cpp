// links: uri.cpp
#include "lua_text/exports.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lua_text/args.hpp"
#include "lua_text/tests/bytes.hpp"

namespace {

// "key=value" pairs in brackets, a key without '=' alone.
std::string decode_args(std::string_view s, int count) {
    std::string buf(s.size(), '\0');
    std::vector<lua::FfiTableElt> out(static_cast<size_t>(count));
    const int n = lua::text::decode_args(bytes(s), s.size(), bytes(buf), out.data(), count);
    const auto text = [](const lua::FfiStr& str) {
        return std::string(reinterpret_cast<const char*>(str.data), static_cast<size_t>(str.len));
    };

    std::string shown;
    for (int i = 0; i < n; i++) {
        const auto& [key, value] = out[static_cast<size_t>(i)];
        shown += '[' + text(key) + (value.len < 0 ? "" : "=" + text(value)) + ']';
    }
    return shown;
}

TEST(Args, DecodesKeysAndValues) {
    EXPECT_EQ(decode_args("a=1&b+c=%41=d&flag&e=", 9), "[a=1][b c=A=d][flag][e=]");
    EXPECT_EQ(decode_args("a%26b=%3d&=x&&c", 9), "[a&b==][c]");
    EXPECT_EQ(decode_args("", 9), "");
    EXPECT_EQ(decode_args("&=1&a&b", 1), "[a]");
}

TEST(Args, CountsSegmentsUpToTheLimit) {
    const auto count = [](std::string_view s, int max, size_t& len) {
        len = s.size();
        return lua::text::count_args(bytes(s), len, max);
    };
    size_t len = 0;
    EXPECT_EQ(count("", 1, len), 0);
    EXPECT_EQ(count("a", 1, len), 1);
    EXPECT_EQ(len, 1u);
    EXPECT_EQ(count("a=1&", 1, len), 1);
    EXPECT_EQ(len, 3u);
    EXPECT_EQ(count("&&a=1", 2, len), 2);
    EXPECT_EQ(len, 1u);
    EXPECT_EQ(count("&", 0, len), 2);
    EXPECT_EQ(len, 1u);

    const std::string many(300, '&');
    EXPECT_EQ(count(many, 0, len), 301);
    EXPECT_EQ(count(many, -1, len), 100);
}

} // namespace
