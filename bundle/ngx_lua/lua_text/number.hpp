// Numbers as the Lua API writes them: in output (ngx.say), log lines, socket data, JSON. A value
// that fits int32 is written as an integer, every other one as C's "%.14g" would write it. The
// common shapes (integers, decimals with few places) take fast paths whose result is the same.
#pragma once

#include <cstddef>

namespace lua::text {

// Longest result: sign, 14 digits, point, four-byte exponent and up to four leading zeros.
inline constexpr size_t kNumberSize = 32;

// Writes value to out, which has room for kNumberSize bytes; returns the length. No NUL is added.
size_t format_number(char* out, double value);

} // namespace lua::text
