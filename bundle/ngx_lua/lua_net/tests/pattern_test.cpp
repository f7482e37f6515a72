#include "lua_net/pattern.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace lua::net {
namespace {

constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

class OwnPattern {
public:
    explicit OwnPattern(std::string_view bytes)
        : memory_(Pattern::space(bytes.size()) / sizeof(uint64_t) + 1),
          pattern_(new (memory_.data()) Pattern(bytes, false)) {}

    Pattern* operator->() const { return pattern_; }

private:
    std::vector<uint64_t> memory_;
    Pattern* pattern_;
};

// Where the pattern ends, or npos, with the text coming `step` bytes at a time.
size_t end_of(std::string_view text, std::string_view bytes, size_t step) {
    OwnPattern pattern{bytes};
    Pattern::Search search;
    for (size_t there = 0; there < text.size();) {
        there = std::min(there + step, text.size());
        if (pattern->look(text.substr(0, there), kNoLimit, search) == Pattern::Found::pattern) {
            EXPECT_EQ(search.matched, bytes.size());
            return search.looked_at;
        }
        EXPECT_EQ(search.looked_at, there);
    }
    return std::string_view::npos;
}

// All texts of two letters up to a length, against all patterns: the same answer as find().
TEST(Pattern, FindsWhatFindFinds) {
    auto word = [](unsigned bits, size_t length) {
        std::string s;
        for (size_t i = 0; i < length; i++) {
            s += (bits >> i & 1U) != 0 ? 'b' : 'a';
        }
        return s;
    };
    for (size_t length = 1; length <= 5; length++) {
        for (unsigned p = 0; p < 1U << length; p++) {
            std::string bytes = word(p, length);
            for (unsigned t = 0; t < 1U << 9; t++) {
                std::string text = word(t, 9);
                size_t at = text.find(bytes);
                size_t end = at == std::string::npos ? at : at + length;
                EXPECT_EQ(end_of(text, bytes, 1), end) << bytes << " in " << text;
                EXPECT_EQ(end_of(text, bytes, 4), end) << bytes << " in " << text;
            }
        }
    }
}

TEST(Pattern, StopsWhereEnoughIsSure) {
    OwnPattern pattern{"--b"};
    Pattern::Search search;
    EXPECT_EQ(pattern->look("a--a--", 2, search), Pattern::Found::enough);
    EXPECT_EQ(search.looked_at - search.matched, 3U);
    search = {};
    EXPECT_EQ(pattern->look("abcd", 2, search), Pattern::Found::enough);
    EXPECT_EQ(search.looked_at - search.matched, 2U);
}

TEST(Pattern, KeepsABeginningApart) {
    OwnPattern pattern{"--b"};
    Pattern::Search search;
    EXPECT_EQ(pattern->look("ab--", kNoLimit, search), Pattern::Found::nothing);
    EXPECT_EQ(search.looked_at, 4U);
    EXPECT_EQ(search.matched, 2U);
    EXPECT_EQ(pattern->look("ab--b", kNoLimit, search), Pattern::Found::pattern);
}

} // namespace
} // namespace lua::net
