// links: regex.cpp match_memory.cpp
// needs: pcre2-8
#include "lua_regex/replace_template.hpp"

#include "lua_regex/regex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

using namespace lua::regex;

namespace {

std::string g_log;

void remember(LogLevel level, std::string_view text) noexcept {
    EXPECT_EQ(level, LogLevel::error);
    g_log = text;
}

struct TemplateTest : testing::Test {
    void SetUp() override { configure({.log = remember}); }
    void TearDown() override { configure({}); }
};

// For a match of "(b)(x)?(d*)" on "abdde".
const std::array<int, 8> kCaptures = {1, 4, 1, 2, -1, -1, 2, 4};
const MatchView kMatch{.subject = "abdde", .captures = kCaptures};

std::string filled(std::string_view text) {
    Template replacement;
    EXPECT_TRUE(replacement.parse(text)) << g_log;

    std::string appended;
    replacement.append(kMatch, appended);

    std::string written(replacement.length(kMatch), '#');
    replacement.write(kMatch, reinterpret_cast<unsigned char*>(written.data()));
    EXPECT_EQ(written, appended);

    return appended;
}

std::string error_of(std::string_view text) {
    Template replacement;
    g_log.clear();
    EXPECT_FALSE(replacement.parse(text));
    EXPECT_EQ(replacement.length(kMatch), 0U);
    return g_log;
}

} // namespace

TEST_F(TemplateTest, PutsGroupsIntoText) {
    EXPECT_EQ(filled(""), "");
    EXPECT_EQ(filled("plain"), "plain");
    EXPECT_EQ(filled("[$0]($1)"), "[bdd](b)");
    EXPECT_EQ(filled("${1}x$3$3"), "bxdddd");
    EXPECT_EQ(filled("$1a$01"), "bab");
    EXPECT_EQ(filled("{$1}}${01}}"), "{b}}b}");
    EXPECT_EQ(filled(std::string_view("\0$1\0", 4)), std::string("\0b\0", 3));
}

TEST_F(TemplateTest, TwoDollarsStandForOne) {
    EXPECT_EQ(filled("$$"), "$");
    EXPECT_EQ(filled("a$$1$$"), "a$1$");
    EXPECT_EQ(filled("$${"), "${");
}

TEST_F(TemplateTest, GroupsThatAreNotThereAreEmpty) {
    EXPECT_EQ(filled("<$2>"), "<>");
    EXPECT_EQ(filled("<$4$10${11}>"), "<>");
    EXPECT_EQ(filled("<$99999999999999999999999$4294967297>"), "<>");
}

TEST_F(TemplateTest, KnowsWhetherItNeedsAMatch) {
    Template replacement;
    EXPECT_TRUE(replacement.parse("a$$b"));
    EXPECT_TRUE(replacement.is_constant());
    EXPECT_TRUE(replacement.parse("a$1"));
    EXPECT_FALSE(replacement.is_constant());
}

TEST_F(TemplateTest, RefusesNames) {
    EXPECT_EQ(error_of("x$hello"),
              "attempt to use named capturing variable \"hello\" (named captures "
              "not supported yet)");
    EXPECT_EQ(error_of("${a_1}"),
              "attempt to use named capturing variable \"a_1\" (named captures not "
              "supported yet)");
    EXPECT_EQ(error_of("$_-"),
              "attempt to use named capturing variable \"_\" (named captures not supported yet)");
}

TEST_F(TemplateTest, RefusesOpenBraces) {
    EXPECT_EQ(error_of("${1"), "the closing bracket in \"1\" variable is missing");
    EXPECT_EQ(error_of("${12a}"), "the closing bracket in \"12\" variable is missing");
    EXPECT_EQ(error_of("${a b}"), "the closing bracket in \"a\" variable is missing");
    EXPECT_EQ(error_of("${ 1}"), "the closing bracket in \"\" variable is missing");
    EXPECT_EQ(error_of("${$}"), "the closing bracket in \"\" variable is missing");
}

TEST_F(TemplateTest, RefusesADollarWithoutAVariable) {
    for (const char* text : {"$", "a$", "$$$", "$ ", "$-1", "$.", "${", "${}", "$1$"}) {
        EXPECT_EQ(error_of(text), "lua script: invalid capturing variable name found in \"" +
                                      std::string(text) + "\"");
    }
}
