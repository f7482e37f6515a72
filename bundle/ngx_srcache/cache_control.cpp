#include "cache_control.hpp"

#include <algorithm>
#include <charconv>

namespace srcache {

namespace {

constexpr std::string_view kMaxAge = "max-age=";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

auto find_nocase(std::string_view text, std::string_view word) {
    // clang 14 cannot compile std::ranges::search.
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return lower(a) == b; });
}

std::optional<int64_t> parse_age(std::string_view text) {
    text = text.substr(0, text.find_first_of(",; "));
    const char* end = text.data() + text.size();

    int64_t age = 0;
    const auto [parsed, error] = std::from_chars(text.data(), end, age);
    return error == std::errc() && parsed == end && age >= 0 ? std::optional(age) : std::nullopt;
}

} // namespace

bool contains_nocase(std::string_view text, std::string_view lower_case_word) {
    return find_nocase(text, lower_case_word) != text.end();
}

void CacheControl::add(std::string_view value) {
    is_private |= contains_nocase(value, "private");
    no_store |= contains_nocase(value, "no-store");
    no_cache |= contains_nocase(value, "no-cache");

    const auto found = find_nocase(value, kMaxAge);
    if (found != value.end() && !has_max_age) {
        has_max_age = true;
        const auto start = static_cast<size_t>(found - value.begin());
        max_age = parse_age(value.substr(start + kMaxAge.size()));
    }
}

} // namespace srcache
