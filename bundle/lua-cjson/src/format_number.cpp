#include "number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace cjson {
namespace {

constexpr double kPowersOfTen[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                   1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};

// Every decimal of so many digits survives being stored in a double.
constexpr int kExactDigits = std::numeric_limits<double>::digits10;

char* write_digits(char* out, uint64_t n) {
    return std::to_chars(out, out + kMaxNumberLength, n).ptr;
}

// Writes n / 10^places; the last digit of n is not 0, so there is no zero to drop at the end.
char* write_decimal(char* out, uint64_t n, int places) {
    const auto unit = static_cast<uint64_t>(kPowersOfTen[places]);
    out = write_digits(out, n / unit);
    *out++ = '.';
    uint64_t rest = n % unit;
    for (int i = places; i-- > 0; rest /= 10) {
        out[i] = static_cast<char>('0' + rest % 10);
    }
    return out + places;
}

// Tries to write d > 0 as a decimal with 1 to 6 places and fewer than `limit` as its digits.
// Returns null if d is not such a number.
//
// Why this gives printf's digits: if n / 10^k, rounded to a double, is d, then d is the double
// nearest to the decimal n * 10^-k. A decimal of at most 15 digits survives the way through the
// nearest double, so rounding d to that many digits gives n back. No smaller k did, so n does not
// end in 0.
char* try_decimal(char* out, double d, double limit) {
    for (int places = 1; places <= 6; ++places) {
        const double unit = kPowersOfTen[places];
        const double scaled = d * unit + 0.5;
        if (scaled >= limit) {
            return nullptr;
        }
        const auto n = static_cast<int64_t>(scaled);
        if (static_cast<double>(n) / unit == d) {
            return write_decimal(out, static_cast<uint64_t>(n), places);
        }
    }
    return nullptr;
}

} // namespace

char* format_number(char* out, double d, int precision) noexcept {
    char* const begin = out;
    double magnitude = d;
    if (std::signbit(d)) {
        *out++ = '-';
        magnitude = -d;
    }
    // The first number that has too many digits.
    const double limit = kPowersOfTen[precision];
    if (magnitude < limit) {
        const auto n = static_cast<int64_t>(magnitude);
        if (static_cast<double>(n) == magnitude) {
            return write_digits(out, static_cast<uint64_t>(n));
        }
        // printf takes the exponent form below 1e-4.
        if (precision <= kExactDigits && magnitude >= 1e-4) {
            if (char* const end = try_decimal(out, magnitude, limit)) {
                return end;
            }
        }
    }
    return std::to_chars(begin, begin + kMaxNumberLength, d, std::chars_format::general, precision)
        .ptr;
}

} // namespace cjson
