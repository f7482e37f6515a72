// Numbers of directives that count something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ngx {

// Digits, and `_` to group them ("1_000"); nothing if the text is empty, has other characters, or
// the number is too large to count bytes with.
inline std::optional<size_t> parse_count(std::string_view text) {
    constexpr size_t kLimit = SIZE_MAX / 32;
    size_t count = 0;

    if (text.empty()) {
        return std::nullopt;
    }
    for (char c : text) {
        if (c == '_') {
            continue;
        }
        if (c < '0' || c > '9' || count > kLimit) {
            return std::nullopt;
        }
        count = count * 10 + static_cast<size_t>(c - '0');
    }
    return count;
}

} // namespace ngx
