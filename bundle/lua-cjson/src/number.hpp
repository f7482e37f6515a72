// Numbers between JSON text and double, without a locale and without the C library's printf/strtod.
//
// Most numbers in real documents are small integers or decimals with a few digits. Both directions
// handle these with a few instructions and leave the rest to <charconv>; the result is the same.
#pragma once

namespace cjson {

// Room that format_number() needs: sign, 17 digits, point, "e+308".
constexpr int kMaxNumberLength = 32;

// Most significant digits that a caller may ask for.
constexpr int kMaxPrecision = 16;

// Writes the finite number `d` with at most `precision` significant digits, exactly as printf's
// "%.<precision>g" does in the C locale, and returns the end of the text (no NUL is written).
char* format_number(char* out, double d, int precision) noexcept;

// Which spellings parse_number() takes.
enum class NumberRules {
    // -?digits[.digits][e[+-]digits]. Digits may be missing before or after the point, but not on
    // both sides.
    decimal,
    // Also leading zeros, a leading '+', hexadecimal (with fraction and binary exponent), Inf,
    // Infinity and NaN in any case: what C's strtod() takes.
    any,
};

// Reads the longest number that starts at `p` and returns where it ends, or null when none starts
// there. A number too large becomes an infinity, one too small a zero.
const char* parse_number(const char* p, const char* end, NumberRules rules, double& d) noexcept;

} // namespace cjson
