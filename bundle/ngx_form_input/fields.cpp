#include "form_input.hpp"

namespace form_input {

namespace {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool starts_with_name(std::string_view field, std::string_view name) {
    if (field.size() <= name.size() || field[name.size()] != '=') {
        return false;
    }
    for (size_t i = 0; i < name.size(); i++) {
        if (lower(field[i]) != lower(name[i])) {
            return false;
        }
    }
    return true;
}

} // namespace

std::optional<std::string_view> next_value(std::string_view body, std::string_view name,
                                           size_t& at) {
    while (at < body.size()) {
        const std::string_view field = body.substr(at, body.find('&', at) - at);
        at += field.size() + 1;
        if (starts_with_name(field, name)) {
            return field.substr(name.size() + 1);
        }
    }
    return std::nullopt;
}

} // namespace form_input
