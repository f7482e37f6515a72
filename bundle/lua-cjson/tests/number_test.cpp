// Numbers to text and back, against the C library's printf and strtod.
//
// links: src/format_number.cpp src/parse_number.cpp
#include "src/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace {

using cjson::NumberRules;

std::string printed(const char* format, int precision, double d) {
    char text[512];
    std::snprintf(text, sizeof text, format, precision, d);
    return text;
}

std::string formatted(double d, int precision) {
    char text[cjson::kMaxNumberLength];
    return {text, cjson::format_number(text, d, precision)};
}

bool same(double a, double b) {
    return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

// Numbers of every kind that a document may have.
class Numbers {
public:
    double next() {
        switch (below(7)) {
        case 0:
            return std::bit_cast<double>(random_());
        case 1:
            return sign() * static_cast<double>(random_() >> below(64));
        case 2:
            return sign() * static_cast<double>(random_() >> below(64)) / 100;
        case 3:
            return sign() * static_cast<double>(below(1'000'000'000)) / 1e6;
        case 4:
            return static_cast<double>(below(1000)) / static_cast<double>(1 + below(1000));
        case 5:
            return sign() * static_cast<double>(below(10'000'000'000'000'000)) / 1e4;
        default:
            return std::strtod(printed("%.*g", 1 + static_cast<int>(below(17)), next()).c_str(),
                               nullptr);
        }
    }

    uint64_t below(uint64_t limit) { return random_() % limit; }

private:
    double sign() { return below(2) == 0 ? 1 : -1; }

    std::mt19937_64 random_{1};
};

TEST(FormatNumber, writes_what_printf_writes) {
    Numbers numbers;
    for (int i = 0; i < 300'000; ++i) {
        const double d = numbers.next();
        const int precision = i % 2 == 0 ? 14 : 1 + static_cast<int>(numbers.below(16));
        if (std::isfinite(d)) {
            ASSERT_EQ(formatted(d, precision), printed("%.*g", precision, d)) << precision;
        }
    }
}

void expect_like_strtod(const std::string& text) {
    double d = 0;
    const char* const begin = text.data();
    const char* const end = cjson::parse_number(begin, begin + text.size(), NumberRules::any, d);
    char* expected_end;
    const double expected = std::strtod(begin, &expected_end);
    if (expected_end == begin) {
        ASSERT_EQ(end, nullptr) << text;
    } else {
        ASSERT_EQ(end, expected_end) << text;
        ASSERT_TRUE(same(d, expected)) << text << " is read as " << d;
    }
}

TEST(ParseNumber, reads_what_strtod_reads) {
    Numbers numbers;
    for (int i = 0; i < 100'000; ++i) {
        const double d = numbers.next();
        expect_like_strtod(printed("%.*g", 1 + static_cast<int>(numbers.below(20)), d));
        expect_like_strtod(printed("%.*f", static_cast<int>(numbers.below(30)), d));
        expect_like_strtod(printed("%.*a", static_cast<int>(numbers.below(16)), d));
    }
}

TEST(ParseNumber, stops_where_strtod_stops) {
    constexpr std::string_view kAlphabet = "0123456789000000..eE+-xXpPinfatyNI()";
    Numbers numbers;
    for (int i = 0; i < 1'000'000; ++i) {
        std::string text = i % 4 == 0 ? "0x" : "";
        for (uint64_t length = 1 + numbers.below(9); length > 0; --length) {
            text += kAlphabet[numbers.below(kAlphabet.size())];
        }
        expect_like_strtod(text);
    }
}

// A number ends with its text, even if digits follow in memory.
TEST(ParseNumber, stays_within_its_text) {
    const std::string_view text = "1234.5678e12";
    double d = 0;
    for (size_t length = 1; length <= text.size(); ++length) {
        const std::string copy(text.substr(0, length));
        const char* const end =
            cjson::parse_number(text.data(), text.data() + length, NumberRules::decimal, d);
        ASSERT_NE(end, nullptr);
        ASSERT_LE(end, text.data() + length);
        ASSERT_EQ(d, std::strtod(copy.c_str(), nullptr)) << copy;
    }
}

TEST(ParseNumber, strict_rules_refuse_what_json_does_not_have) {
    for (const std::string_view text :
         {"", "-", "+1", "00", "-01", "0x1", "inf", "-inf", "nan", ".", "-.", "e5", " 1"}) {
        double d = 0;
        EXPECT_EQ(
            cjson::parse_number(text.data(), text.data() + text.size(), NumberRules::decimal, d),
            nullptr)
            << text;
    }
}

} // namespace
