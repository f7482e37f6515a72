// links: regex.cpp match_memory.cpp replace_template.cpp
// needs: pcre2-8
#include "lua_regex/replace.hpp"

#include "lua_regex/match_memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

using namespace lua::regex;

namespace {

struct Pattern {
    std::string_view text;
    int flags = 0;
    uint32_t options = 0;
};

// "count: new text", "0" when nothing matched, or the negative result.
std::string replaced(std::string_view subject, const Pattern& pattern, std::string_view with,
                     Scope scope = Scope::all_matches) {
    std::array<char, 256> error{};
    Regex* regex = compile(pattern.text, pattern.flags, pattern.options, error);
    EXPECT_NE(regex, nullptr) << error.data();

    Template replacement;
    EXPECT_TRUE(replacement.parse(with));

    std::string out = "left over";
    const int count = replace(*regex, subject, replacement, scope, out);
    destroy(regex);

    return count > 0 ? std::to_string(count) + ": " + out : std::to_string(count);
}

} // namespace

TEST(Replace, AllOrTheFirst) {
    EXPECT_EQ(replaced("[hello, world]", {"[a-z]+"}, "howdy"), "2: [howdy, howdy]");
    EXPECT_EQ(replaced("[hello, world]", {"[a-z]+"}, "howdy", Scope::first_match),
              "1: [howdy, world]");
    EXPECT_EQ(replaced("hello", {"[0-9]"}, "x"), "0");
}

TEST(Replace, TakesGroupsOfEachMatch) {
    EXPECT_EQ(replaced("hello, world", {"([a-z])[a-z]+"}, "[$0,$1]"), "2: [hello,h], [world,w]");
    EXPECT_EQ(replaced("a1b", {"(\\d)|(b)", flag::jit}, "<$1$2>"), "2: a<1><b>");
}

TEST(Replace, EmptyMatchesMoveOnByOneByte) {
    EXPECT_EQ(replaced("hello", {"a|"}, "b"), "6: bhbeblblbob");
    EXPECT_EQ(replaced("", {"a|"}, "b"), "1: b");
    EXPECT_EQ(replaced("baac", {"a*"}, "-"), "4: -b--c-");
    EXPECT_EQ(replaced("abcd", {"a|(?=c)"}, "."), "2: .b.cd");
    EXPECT_EQ(replaced("abcd", {"(?<=c)"}, "."), "1: abc.d");
    EXPECT_EQ(replaced("TestCase", {"^ *"}, ""), "1: TestCase");
    EXPECT_EQ(replaced("a\nb\n", {"^", 0, PCRE2_MULTILINE}, ">"), "2: >a\n>b\n");
}

TEST(Replace, LooksBehindIntoWhatIsAlreadyReplaced) {
    EXPECT_EQ(replaced("{foobarbaz}", {"(?<=foo)bar|(?<=bar)baz"}, "h$0"), "2: {foohbarhbaz}");
    EXPECT_EQ(replaced("aaa", {"a\\K"}, "-"), "2: a-aa-");
}

TEST(Replace, AnAnchoredPatternEndsAtTheFirstGap) {
    EXPECT_EQ(replaced("ababxab", {"ab", 0, PCRE2_ANCHORED}, "x"), "2: xxxab");
}

TEST(Replace, WorksWithDfaMatches) {
    EXPECT_EQ(replaced("1234 5678", {"[0-9]|[0-9][0-9]", flag::dfa}, "<$0>"),
              "4: <12><34> <56><78>");
}

TEST(Replace, ReportsErrorsOfTheMatch) {
    EXPECT_EQ(replaced("\xe4\xbd", {".", 0, PCRE2_UTF}, "a"), "-3");
    EXPECT_EQ(replaced("\xe4\xbd\xa0", {"", 0, PCRE2_UTF}, "-"), "-36");
    EXPECT_EQ(replaced("\xe4\xbd\xa0\xe5\xa5\xbd", {".", 0, PCRE2_UTF}, "a"), "2: aa");
    EXPECT_EQ(replaced("\xe4\xbd\xa0", {".", flag::no_utf_check, PCRE2_UTF}, "a"), "1: a");
}

TEST(Replace, HandlesLargeSubjects) {
    std::string subject;
    std::string expected;
    for (int i = 0; i < 20000; i++) {
        subject += "bcbd";
        expected += "[bc(c)]bd";
    }
    EXPECT_EQ(replaced(subject, {"b(c)", flag::jit}, "[$0($1)]"), "20000: " + expected);
}
