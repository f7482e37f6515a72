#include "number.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

namespace cjson {
namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr char lower(char c) {
    return static_cast<char>(c | 0x20);
}

constexpr bool is_hex_digit(char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

// A decimal number as the scan found it; its value is digits * 10^exponent.
struct Decimal {
    const char* begin;
    const char* end;      // == begin: no number here
    uint64_t digits = 0;  // right while there are at most 19 of them
    int64_t exponent = 0; // held within +-kHugeExponent, where every number overflows or vanishes
};

constexpr int64_t kHugeExponent = 1'000'000'000;

const char* scan_digits(const char* p, const char* end, uint64_t& digits) {
    for (; p < end && is_digit(*p); ++p) {
        digits = digits * 10 + static_cast<uint64_t>(*p - '0');
    }
    return p;
}

// Reads [+-]digits behind the exponent's letter at `p`. Returns `p` itself if there are no digits:
// the letter does not belong to the number then.
const char* scan_exponent(const char* p, const char* end, int64_t& exponent) {
    const char* q = p + 1;
    const bool negative = q < end && *q == '-';
    if (q < end && (*q == '-' || *q == '+')) {
        ++q;
    }
    if (q == end || !is_digit(*q)) {
        return p;
    }
    int64_t value = 0;
    for (; q < end && is_digit(*q); ++q) {
        value = value < kHugeExponent ? value * 10 + (*q - '0') : kHugeExponent;
    }
    exponent += negative ? -value : value;
    return q;
}

Decimal scan_decimal(const char* p, const char* end) {
    Decimal number{.begin = p, .end = p};
    p = scan_digits(p, end, number.digits);
    bool any_digit = p != number.begin;
    if (p < end && *p == '.') {
        const char* const fraction = p + 1;
        const char* const behind = scan_digits(fraction, end, number.digits);
        if (any_digit || behind != fraction) {
            any_digit = true;
            number.exponent = fraction - behind;
            p = behind;
        }
    }
    if (!any_digit) {
        return number;
    }
    if (p < end && lower(*p) == 'e') {
        p = scan_exponent(p, end, number.exponent);
    }
    number.end = p;
    return number;
}

// What a number outside double's range becomes. Only the place of its first digit that is not zero
// counts: the range ends hundreds of places away from 1.
double beyond_range(const Decimal& number) {
    int64_t place = number.exponent;
    bool leading = true;
    for (const char* p = number.begin; p < number.end && lower(*p) != 'e'; ++p) {
        leading = leading && (*p == '0' || *p == '.');
        place += !leading && *p != '.';
    }
    return !leading && place > 0 ? std::numeric_limits<double>::infinity() : 0.0;
}

double to_double(const Decimal& number) {
    static constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    static constexpr uint64_t kExactInteger = uint64_t{1} << 53;
    // The text is at least as long as its digits are many.
    if (number.end - number.begin <= 19) {
        const auto whole = static_cast<double>(number.digits);
        if (number.exponent == 0) {
            return whole;
        }
        // Both operands are exact, so the one operation rounds correctly.
        if (number.digits <= kExactInteger && number.exponent >= -22 && number.exponent <= 22) {
            return number.exponent < 0 ? whole / kExactPowers[-number.exponent]
                                       : whole * kExactPowers[number.exponent];
        }
    }
    double d = 0;
    const auto result = std::from_chars(number.begin, number.end, d);
    return result.ec == std::errc::result_out_of_range ? beyond_range(number) : d;
}

// Reads the hexadecimal number whose digits begin at `p`, behind the "0x".
const char* parse_hexadecimal(const char* p, const char* end, double& d) {
    const char* const digit = p < end && *p == '.' ? p + 1 : p;
    if (digit == end || !is_hex_digit(*digit)) {
        return nullptr;
    }
    const auto result = std::from_chars(p, end, d, std::chars_format::hex);
    const std::string_view text(p, static_cast<size_t>(result.ptr - p));
    const size_t exponent = text.find_first_of("pP");
    // libstdc++ 12 lets an exponent have two signs.
    if (exponent != std::string_view::npos && text.substr(exponent + 1).starts_with("+-")) {
        return parse_hexadecimal(p, p + exponent, d);
    }
    if (result.ec == std::errc::result_out_of_range) {
        const bool tiny = exponent == std::string_view::npos
                              ? text[text.find_first_not_of('0')] == '.'
                              : text[exponent + 1] == '-';
        d = tiny ? 0.0 : std::numeric_limits<double>::infinity();
    }
    return result.ptr;
}

// Reads what only NumberRules::any takes. Returns null if `p` is at nothing of that kind.
const char* parse_special(const char* p, const char* end, double& d) {
    if (end - p > 2 && *p == '0' && lower(p[1]) == 'x') {
        return parse_hexadecimal(p + 2, end, d);
    }
    if (p < end && (lower(*p) == 'i' || lower(*p) == 'n')) {
        const auto result = std::from_chars(p, end, d);
        return result.ec == std::errc{} ? result.ptr : nullptr;
    }
    return nullptr;
}

} // namespace

const char* parse_number(const char* p, const char* end, NumberRules rules, double& d) noexcept {
    const bool negative = p < end && *p == '-';
    if (negative || (p < end && *p == '+' && rules == NumberRules::any)) {
        ++p;
    }
    // Only a zero or a letter begins what the rules disagree about.
    if (end - p > 1 && (*p == '0' || lower(*p) == 'i' || lower(*p) == 'n')) {
        if (rules == NumberRules::decimal && (is_digit(p[1]) || lower(p[1]) == 'x')) {
            return nullptr;
        }
        double special = 0;
        const char* const behind =
            rules == NumberRules::any ? parse_special(p, end, special) : nullptr;
        if (behind != nullptr) {
            d = negative ? -special : special;
            return behind;
        }
    }
    const Decimal number = scan_decimal(p, end);
    if (number.end == number.begin) {
        return nullptr;
    }
    const double magnitude = to_double(number);
    d = negative ? -magnitude : magnitude;
    return number.end;
}

} // namespace cjson
