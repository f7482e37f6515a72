// Text that grows inside memory of a fixed size and drops what does not fit: for log lines, which
// nginx cuts anyway. It does not own the memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "lua_text/number.hpp"

namespace lua::text {

class BoundedText {
public:
    explicit BoundedText(std::span<char> memory)
        : first_(memory.data()), next_(first_), last_(first_ + memory.size()) {}

    void append(std::string_view s) {
        const size_t n = std::min(s.size(), static_cast<size_t>(last_ - next_));
        std::memcpy(next_, s.data(), n);
        next_ += n;
    }

    void append_number(double value) {
        char digits[kNumberSize];
        append({digits, format_number(digits, value)});
    }

    bool full() const { return next_ == last_; }

    std::string_view view() const { return {first_, static_cast<size_t>(next_ - first_)}; }

private:
    char* first_;
    char* next_;
    char* last_;
};

} // namespace lua::text
