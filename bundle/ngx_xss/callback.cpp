#include "callback.hpp"

namespace xss {

namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

// Cuts off the leading characters of which `is_part` is true; whether there were any.
template <typename IsPart>
bool skip(std::string_view& text, IsPart is_part) {
    size_t n = 0;
    while (n < text.size() && is_part(text[n])) {
        n++;
    }
    text.remove_prefix(n);
    return n > 0;
}

bool skip(std::string_view& text, char c) {
    if (!text.starts_with(c)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

bool skip_name(std::string_view& text) {
    return !text.empty() && starts_name(text.front()) &&
           skip(text, [](char c) { return starts_name(c) || is_digit(c); });
}

// 1, 1.5 or .5
bool skip_number(std::string_view& text) {
    const bool is_whole = skip(text, is_digit);
    return skip(text, '.') ? skip(text, is_digit) : is_whole;
}

} // namespace

bool is_callback(std::string_view text) {
    do {
        if (!skip_name(text)) {
            return false;
        }
    } while (skip(text, '.'));

    if (skip(text, '[')) {
        return skip_number(text) && text == "]";
    }
    return text.empty();
}

} // namespace xss
