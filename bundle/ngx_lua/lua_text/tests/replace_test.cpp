#include "lua_text/exports.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lua_text/tests/bytes.hpp"

namespace {

std::string quote(std::string_view s) {
    std::string out(ngx_lua_ffi_quoted_sql_length(bytes(s), s.size()), '\0');
    ngx_lua_ffi_quote_sql_str(bytes(s), s.size(), bytes(out));
    return out;
}

TEST(Sql, QuotesSpecialBytes) {
    EXPECT_EQ(quote(""), "''");
    EXPECT_EQ(quote("plain"), "'plain'");
    EXPECT_EQ(quote(std::string_view("\0\b\t\n\r\x1a\\'\"", 9)), R"('\0\b\t\n\r\Z\\\'\"')");
}

TEST(ReplaceChar, InPlace) {
    std::string text = "a_b_c";
    ngx_lua_ffi_str_replace_char(bytes(text), text.size(), '_', '-');
    EXPECT_EQ(text, "a-b-c");
}

} // namespace
