#include "lua_regex/replace_template.hpp"

#include "lua_regex/regex.hpp"

#include <algorithm>

namespace lua::regex {

namespace {

constexpr size_t kNoSuchGroup = 1U << 20; // PCRE2 has at most 65535

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_name(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Takes the bytes at the front of `text` for which `belongs` holds.
std::string_view take_while(std::string_view& text, bool (*belongs)(char) noexcept) noexcept {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    const auto taken = text.substr(0, static_cast<size_t>(end - text.begin()));
    text.remove_prefix(taken.size());
    return taken;
}

size_t group_number(std::string_view digits) noexcept {
    size_t number = 0;
    for (const char c : digits) {
        number = std::min(number * 10 + static_cast<size_t>(c - '0'), kNoSuchGroup);
    }
    return number;
}

void log_error(std::string_view before, std::string_view subject, std::string_view after) noexcept {
    std::string text;
    text.reserve(before.size() + subject.size() + after.size());
    log(LogLevel::error, text.append(before).append(subject).append(after));
}

// Reads a group's number, with or without braces, from what follows a dollar sign. False after an
// error, which is logged; `whole` is the template, for the message.
bool take_group(std::string_view& rest, std::string_view whole, size_t& number) noexcept {
    const bool braced = rest.starts_with('{');
    if (braced) {
        rest.remove_prefix(1);
    }

    const bool numeric = !rest.empty() && is_digit(rest.front());
    const std::string_view name = take_while(rest, numeric ? is_digit : is_name);

    if (braced) {
        const bool nothing = name.empty() && (rest.empty() || rest.front() == '}');
        if (!nothing && !rest.starts_with('}')) {
            log_error("the closing bracket in \"", name, "\" variable is missing");
            return false;
        }
        rest.remove_prefix(rest.empty() ? 0 : 1);
    }

    if (name.empty()) {
        log_error("lua script: invalid capturing variable name found in \"", whole, "\"");
        return false;
    }

    if (!numeric) {
        log_error("attempt to use named capturing variable \"", name,
                  "\" (named captures not supported yet)");
        return false;
    }

    number = group_number(name);
    return true;
}

} // namespace

std::string_view MatchView::group(size_t number) const noexcept {
    if (2 * number + 1 >= captures.size() || captures[2 * number] < 0) {
        return {};
    }

    const auto from = static_cast<size_t>(captures[2 * number]);
    const auto to = static_cast<size_t>(captures[2 * number + 1]);
    return {subject + from, to - from};
}

bool Template::parse(std::string_view text) noexcept {
    parts_.clear();

    std::string_view rest = text;
    while (!rest.empty()) {
        const size_t dollar = rest.find('$');
        add_text(rest.substr(0, dollar));
        if (dollar == std::string_view::npos) {
            break;
        }

        rest.remove_prefix(dollar + 1);
        if (rest.starts_with('$')) {
            add_text(rest.substr(0, 1));
            rest.remove_prefix(1);
            continue;
        }

        size_t number = 0;
        if (!take_group(rest, text, number)) {
            parts_.clear();
            return false;
        }
        parts_.push_back({.text = {}, .group = number});
    }

    return true;
}

void Template::add_text(std::string_view text) noexcept {
    if (!text.empty()) {
        parts_.push_back({.text = text, .group = 0});
    }
}

bool Template::is_constant() const noexcept {
    return std::none_of(parts_.begin(), parts_.end(),
                        [](const Part& part) { return part.text.data() == nullptr; });
}

size_t Template::length(const MatchView& match) const noexcept {
    size_t length = 0;
    for (const Part& part : parts_) {
        length += part.value(match).size();
    }
    return length;
}

void Template::write(const MatchView& match, unsigned char* to) const noexcept {
    for (const Part& part : parts_) {
        const std::string_view value = part.value(match);
        to = std::copy(value.begin(), value.end(), to);
    }
}

void Template::append(const MatchView& match, std::string& to) const noexcept {
    for (const Part& part : parts_) {
        to.append(part.value(match));
    }
}

} // namespace lua::regex
