#include "lua_text/number.hpp"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace {

std::string ours(double value) {
    char out[lua::text::kNumberSize];
    return {out, lua::text::format_number(out, value)};
}

// The definition that the fast paths must meet.
std::string defined(double value) {
    char out[64];
    if (std::fabs(value) <= 2147483648.0 && value != 2147483648.0 && std::trunc(value) == value) {
        std::snprintf(out, sizeof(out), "%d", static_cast<int32_t>(value));
    } else {
        std::snprintf(out, sizeof(out), "%.14g", value);
    }
    return out;
}

TEST(FormatNumber, WritesInt32AsInteger) {
    EXPECT_EQ(ours(0), "0");
    EXPECT_EQ(ours(-0.0), "0");
    EXPECT_EQ(ours(42), "42");
    EXPECT_EQ(ours(-2147483648.0), "-2147483648");
    EXPECT_EQ(ours(2147483647.0), "2147483647");
}

TEST(FormatNumber, WritesEverythingElseWithFourteenDigits) {
    EXPECT_EQ(ours(2147483648.0), "2147483648");
    EXPECT_EQ(ours(99999999999999.0), "99999999999999");
    EXPECT_EQ(ours(1e14), "1e+14");
    EXPECT_EQ(ours(9223372036854775808.0), "9.2233720368548e+18");
    EXPECT_EQ(ours(18446744073709551615.0), "1.844674407371e+19");
    EXPECT_EQ(ours(0.1), "0.1");
    EXPECT_EQ(ours(-1.5), "-1.5");
    EXPECT_EQ(ours(3.14159), "3.14159");
    EXPECT_EQ(ours(0.001), "0.001");
    EXPECT_EQ(ours(0.0001), "0.0001");
    EXPECT_EQ(ours(0.00001), "1e-05");
    EXPECT_EQ(ours(1.0 / 3), "0.33333333333333");
    EXPECT_EQ(ours(-1e300), "-1e+300");
}

TEST(FormatNumber, WritesWhatIsNoNumber) {
    EXPECT_EQ(ours(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(ours(-std::numeric_limits<double>::infinity()), "-inf");
    EXPECT_EQ(ours(std::numeric_limits<double>::quiet_NaN()), "nan");
    EXPECT_EQ(ours(-std::numeric_limits<double>::quiet_NaN()), "-nan");
}

TEST(FormatNumber, AgreesWithPrintfAtTheEdges) {
    for (double base : {1e-5, 1e-4, 1e-3, 0.1, 1.0, 1e8, 1e11, 1e13, 1e14, 1e15, DBL_MIN, DBL_MAX,
                        DBL_TRUE_MIN, 0.3, 999999.999999, 99999999999999.5}) {
        double value = base;
        for (int i = 0; i < 50; i++) {
            ASSERT_EQ(ours(value), defined(value));
            ASSERT_EQ(ours(-value), defined(-value));
            value = std::nextafter(value, i % 2 == 0 ? -DBL_MAX : DBL_MAX);
            value = std::nextafter(value, i < 25 ? -DBL_MAX : DBL_MAX);
        }
    }
}

TEST(FormatNumber, AgreesWithPrintfOnShortDecimals) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 200000; i++) {
        const auto digits = static_cast<double>(static_cast<int64_t>(random() >> (random() % 60)));
        const double value = digits / std::pow(10, static_cast<int>(random() % 18));
        ASSERT_EQ(ours(value), defined(value)) << std::hexfloat << value;
    }
}

TEST(FormatNumber, AgreesWithPrintfOnAnyBits) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 200000; i++) {
        const uint64_t bits = random();
        double value;
        std::memcpy(&value, &bits, sizeof(value));
        if (!std::isnan(value)) {
            ASSERT_EQ(ours(value), defined(value)) << std::hexfloat << value;
        }
    }
}

} // namespace
