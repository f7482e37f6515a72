// links: match_memory.cpp replace_template.cpp
// needs: pcre2-8
#include "lua_regex/regex.hpp"

#include "lua_regex/match_memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

using namespace lua::regex;

namespace {

constexpr uint32_t kUtf = PCRE2_UTF;

struct Destroyer {
    void operator()(Regex* regex) const noexcept { destroy(regex); }
};
using Owned = std::unique_ptr<Regex, Destroyer>;

std::string g_log;

void remember(LogLevel level, std::string_view text) noexcept {
    g_log.append(std::to_string(static_cast<int>(level))).append(" ").append(text).append("\n");
}

struct RegexTest : testing::Test {
    void SetUp() override {
        g_log.clear();
        configure({.match_limit = 0, .cache_max_entries = 1024, .log = remember});
    }

    void TearDown() override { configure({}); }
};

Owned compiled(std::string_view pattern, int flags = 0, uint32_t options = 0) {
    std::array<char, 256> error{};
    Owned regex(compile(pattern, flags, options, error));
    EXPECT_NE(regex, nullptr) << error.data();
    return regex;
}

std::string failure(std::string_view pattern, uint32_t options = 0, size_t room = 256) {
    std::string error(room, '#');
    const Owned regex(compile(pattern, 0, options, error));
    EXPECT_EQ(regex, nullptr);
    return error.c_str();
}

// "from-to" of each group, "-" for one that took no part; or the negative result.
std::string match(const Owned& regex, std::string_view subject, int pos = 0) {
    const int rc = exec(*regex, subject, pos);
    if (rc < 0) {
        return std::to_string(rc);
    }

    std::string text;
    for (int i = 0; i <= regex->abi.ncaptures; i++) {
        const int from = regex->abi.captures[2 * i];
        const int to = regex->abi.captures[2 * i + 1];
        text += i == 0 ? "" : " ";
        text += from < 0 ? "-" : std::to_string(from) + "-" + std::to_string(to);
    }
    return text;
}

} // namespace

TEST_F(RegexTest, ReportsOffsetsOfAllGroups) {
    const Owned regex = compiled("(a)(x)?(b)(y)?");
    EXPECT_EQ(regex->abi.ncaptures, 4);
    EXPECT_EQ(match(regex, "zab"), "1-3 1-2 - 2-3 -");
    EXPECT_EQ(match(regex, "axby"), "0-4 0-1 1-2 2-3 3-4");
    EXPECT_EQ(match(regex, "zab"), "1-3 1-2 - 2-3 -") << "nothing is left of the match before";
    EXPECT_EQ(match(regex, "zzz"), "-1");
}

TEST_F(RegexTest, MachineCodeReportsTheSameOffsets) {
    const Owned regex = compiled("(a)(x)?(b)(y)?", flag::jit);
    EXPECT_EQ(regex->way, MatchWay::direct);
    EXPECT_EQ(match(regex, "axby"), "0-4 0-1 1-2 2-3 3-4");
    EXPECT_EQ(match(regex, "zab"), "1-3 1-2 - 2-3 -");
    EXPECT_EQ(match(regex, "zzz"), "-1");
    EXPECT_EQ(g_log, "8 pcre2 JIT compiled successfully\n");
}

TEST_F(RegexTest, MachineCodeLooksBehindTheStartAndStopsAtZeroBytes) {
    const Owned regex = compiled("(?<=a)b", flag::jit);
    EXPECT_EQ(match(regex, "ab", 1), "1-2");
    EXPECT_EQ(match(compiled(std::string_view("a\0b", 3), flag::jit), std::string_view("a\0b", 3)),
              "0-3");
}

TEST_F(RegexTest, AStartBeyondTheSubjectIsABadOffset) {
    for (const int flags : {0, flag::jit, flag::dfa}) {
        const Owned regex = compiled("$", flags);
        EXPECT_EQ(match(regex, "ab", 2), "2-2");
        EXPECT_EQ(match(regex, "ab", 3), "-33");
        EXPECT_EQ(match(regex, "ab", -1), "-33");
    }
}

TEST_F(RegexTest, MatchesMoreGroupsThanAnyPatternBefore) {
    std::string pattern;
    for (int i = 0; i < 300; i++) {
        pattern += "(a)?";
    }
    const Owned many = compiled(pattern, flag::jit);
    EXPECT_EQ(exec(*many, std::string(300, 'a'), 0), 301);
    EXPECT_EQ(many->abi.captures[600], 299);
    EXPECT_EQ(match(compiled("(a)"), "a"), "0-1 0-1");
}

TEST_F(RegexTest, ListsNamedGroups) {
    const Owned regex = compiled("(?<year>\\d+)-(?<month>\\d+)");
    ASSERT_EQ(regex->abi.name_count, 2);
    const unsigned char* entry = regex->abi.name_table;
    EXPECT_EQ(entry[0] * 256 + entry[1], 2);
    EXPECT_STREQ(reinterpret_cast<const char*>(entry + 2), "month");
    entry += regex->abi.name_entry_size;
    EXPECT_EQ(entry[0] * 256 + entry[1], 1);
    EXPECT_STREQ(reinterpret_cast<const char*>(entry + 2), "year");
}

TEST_F(RegexTest, ADfaMatchIsTheLongestAndHasNoGroups) {
    const Owned regex = compiled("(?<n>he|hell)", flag::dfa);
    EXPECT_EQ(regex->abi.ncaptures, 0);
    EXPECT_EQ(regex->abi.name_count, 0);
    EXPECT_EQ(exec(*regex, "hello", 0), 0) << "there was a shorter one";
    EXPECT_EQ(match(regex, "hello"), "0-4");
    EXPECT_EQ(exec(*compiled("hell", flag::dfa), "hello", 0), 1);
    EXPECT_EQ(match(compiled("(l)\\1", flag::dfa), "hello"), "-42");
}

TEST_F(RegexTest, CompileErrorsNameReasonPatternAndRest) {
    EXPECT_EQ(failure("(abc"), "pcre2_compile() failed: missing closing parenthesis in \"(abc\"");
    EXPECT_EQ(failure("a)b"),
              "pcre2_compile() failed: unmatched closing parenthesis in \"a)b\" at \")b\"");
    EXPECT_EQ(
        failure("(?<n>a)(?<n>b)"),
        "pcre2_compile() failed: two named subpatterns have the same name (PCRE2_DUPNAMES not "
        "set) in \"(?<n>a)(?<n>b)\" at \"b)\"");
    EXPECT_EQ(failure("\xe4\xbd", kUtf),
              "pcre2_compile() failed: UTF-8 error: 1 byte missing at end "
              "in \"\xe4\xbd\" at \"\xe4\xbd\"");
}

TEST_F(RegexTest, CompileErrorsAreCutToTheBuffer) {
    const std::string error = failure(std::string(400, 'x') + "(");
    EXPECT_EQ(error.size(), 255U);
    EXPECT_EQ(failure("(", 0, 10), "pcre2_com");
    EXPECT_EQ(failure("(", 0, 1), "");
}

TEST_F(RegexTest, Utf8SubjectsAreCheckedUnlessToldOtherwise) {
    EXPECT_EQ(match(compiled(".", 0, kUtf), "\xe4\xbd\xa0"), "0-3");
    EXPECT_EQ(match(compiled(".", 0, kUtf), "\xe4\xbd"), "-3");
    EXPECT_EQ(match(compiled(".", flag::jit, kUtf), "\xe4\xbd"), "-3");
    EXPECT_EQ(match(compiled("(*UTF).", flag::jit), "\xe4\xbd"), "-3");
    EXPECT_EQ(match(compiled(".", flag::jit | flag::no_utf_check, kUtf), "\xe4\xbd\xa0"), "0-3");
    EXPECT_EQ(match(compiled(".", 0, kUtf), "\xe4\xbd\xa0", 1), "-36");
}

TEST_F(RegexTest, OnceCheckedSubjectsStillRefuseToStartInsideACharacter) {
    const Owned regex = compiled("a|", 0, kUtf);
    const std::string_view subject = "\xe4\xbd\xa0"
                                     "a";
    EXPECT_EQ(exec(*regex, subject, 0), 1);
    EXPECT_EQ(exec_again(*regex, subject, 1), -36);
    EXPECT_EQ(exec_again(*regex, subject, 3), 1);
}

TEST_F(RegexTest, PatternsThatCannotBecomeMachineCodeAreInterpreted) {
    const Owned unwanted = compiled("(*NO_JIT)b", flag::jit);
    EXPECT_EQ(unwanted->way, MatchWay::interpreter);
    EXPECT_EQ(match(unwanted, "ab"), "1-2");

    // Up to some version PCRE2 had no machine code for \C.
    g_log.clear();
    const Owned maybe = compiled("a\\Cb", flag::jit | flag::no_utf_check, kUtf);
    EXPECT_EQ(match(maybe, "axb"), "0-3");
    EXPECT_EQ(g_log, maybe->way == MatchWay::direct
                         ? "8 pcre2 JIT compiled successfully\n"
                         : "7 pcre2_jit_compile() failed: -48 in \"a\\Cb\", ignored\n");
}

TEST_F(RegexTest, TheMatchLimitStopsRunawayMatches) {
    const std::string_view pattern = "((a+)+)+b[^x]|(a|aa)+$";
    const std::string subject = std::string(30, 'a') + "c";

    for (const int flags : {0, flag::jit}) {
        const Owned regex = compiled(pattern, flags);
        configure({.match_limit = 100, .log = nullptr});
        EXPECT_EQ(match(regex, subject), "-47");
        EXPECT_EQ(match(compiled("a", flags), subject), "0-1");
        configure({.log = nullptr});
    }
}

TEST_F(RegexTest, ALargerJitStackLetsDeepMatchesPass) {
    const Owned regex = compiled("((a)|b)*c", flag::jit);
    const std::string subject = std::string(5000, 'a') + "c";

    EXPECT_EQ(match(regex, subject), "-46");
    EXPECT_EQ(MatchMemory::of_thread().set_jit_stack(1 << 20), "");
    EXPECT_EQ(match(regex, subject).substr(0, 6), "0-5001");
    EXPECT_EQ(MatchMemory::of_thread().set_jit_stack(0), "") << "32 KiB is the least";
    EXPECT_EQ(match(regex, subject), "-46");
}
