#include "lua_text/number.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace lua::text {

namespace {

// "%.14g" writes integers below this bound in full, and needs an exponent from it on.
constexpr double kIntegerBound = 1e14;

// Below this "%.14g" uses an exponent.
constexpr double kFixedBound = 1e-4;

constexpr struct {
    double scale;
    int places;
} kDecimals[] = {{10, 1}, {100, 2}, {1000, 3}, {1e6, 6}};

size_t format_integer(char* out, int64_t value) {
    return static_cast<size_t>(std::to_chars(out, out + kNumberSize, value).ptr - out);
}

// Writes scaled / 10^places, without the zeros at its end. scaled is not 0.
size_t format_decimal(char* out, int64_t scaled, int places) {
    char* p = out;
    if (scaled < 0) {
        *p++ = '-';
        scaled = -scaled;
    }
    while (scaled % 10 == 0) {
        scaled /= 10;
        places--;
    }

    char digits[kNumberSize];
    const auto n = static_cast<int>(format_integer(digits, scaled));
    const int whole = n > places ? n - places : 0;
    if (whole == 0) {
        *p++ = '0';
    }
    std::memcpy(p, digits, static_cast<size_t>(whole));
    p += whole;
    *p++ = '.';
    for (int i = n; i < places; i++) {
        *p++ = '0';
    }
    std::memcpy(p, digits + whole, static_cast<size_t>(n - whole));
    p += n - whole;
    return static_cast<size_t>(p - out);
}

// If value is the double nearest to a decimal of at most 14 digits and few places, that decimal is
// what 14 significant digits of value give. The division proves it: it is correctly rounded.
size_t try_decimal(char* out, double value) {
    const double magnitude = value < 0 ? -value : value;
    for (const auto& decimal : kDecimals) {
        const double rounded = magnitude * decimal.scale + 0.5;
        if (rounded >= kIntegerBound) {
            return 0;
        }
        const auto scaled = static_cast<int64_t>(rounded);
        if (static_cast<double>(scaled) / decimal.scale == magnitude) {
            return format_decimal(out, value < 0 ? -scaled : scaled, decimal.places);
        }
    }
    return 0;
}

} // namespace

size_t format_number(char* out, double value) {
    const double magnitude = value < 0 ? -value : value;

    // NaN fails both comparisons.
    if (magnitude < kIntegerBound) {
        const auto whole = static_cast<int64_t>(value);
        if (static_cast<double>(whole) == value) {
            return format_integer(out, whole);
        }
        if (magnitude >= kFixedBound) {
            if (const size_t n = try_decimal(out, value); n != 0) {
                return n;
            }
        }
    }
    return static_cast<size_t>(
        std::to_chars(out, out + kNumberSize, value, std::chars_format::general, 14).ptr - out);
}

} // namespace lua::text
