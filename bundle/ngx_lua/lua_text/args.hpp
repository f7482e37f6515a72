// Query arguments and form bodies: `key=value&key&key=`. A segment is what stands between two '&';
// keys and values are unescaped ('+' is a blank); a segment without '=' has a value of length -1;
// one with an empty key is dropped, although it counts against the limit on segments.
#pragma once

#include <cstddef>

#include "lua_text/ffi_types.hpp"

namespace lua::text {

// The limit that callers of the Lua API get when they give none.
constexpr int kDefaultMaxArgs = 100;

// Counts the segments, at most `max` of them (0: all; negative: kDefaultMaxArgs), and shortens
// `len` to their extent. So `len` tells whether something was cut off.
int count_args(const unsigned char* src, size_t& len, int max) noexcept;

// Decodes up to `count` arguments into `out` and returns how many. `buf` holds `len` bytes and
// receives the decoded text, which `out` points into.
int decode_args(const unsigned char* src, size_t len, unsigned char* buf, FfiTableElt* out,
                int count) noexcept;

} // namespace lua::text
