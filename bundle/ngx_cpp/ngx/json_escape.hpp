// How bytes look inside a JSON string. Knows nothing of nginx.
#pragma once

#include <string_view>

namespace ngx {

// The letter behind a backslash that stands for c; NUL if there is none.
constexpr char json_letter(unsigned char c) {
    switch (c) {
    case '\r':
        return 'r';
    case '\n':
        return 'n';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\t':
        return 't';
    case '\\':
    case '"':
        return static_cast<char>(c);
    default:
        return '\0';
    }
}

constexpr bool needs_json_escape(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\';
}

// The escape sequence of a byte that needs one, written to `room`.
constexpr std::string_view json_escape(unsigned char c, char (&room)[6]) {
    constexpr char kDigits[] = "0123456789abcdef";
    room[0] = '\\';
    room[1] = json_letter(c);
    if (room[1] != '\0') {
        return {room, 2};
    }
    room[1] = 'u';
    room[2] = room[3] = '0';
    room[4] = kDigits[c >> 4];
    room[5] = kDigits[c & 15];
    return {room, 6};
}

// Writes text as the inside of a JSON string, in as few pieces as possible. `write` returns false
// to stop.
template <typename Write>
[[nodiscard]] bool write_json(std::string_view text, Write write) {
    while (!text.empty()) {
        size_t plain = 0;
        while (plain < text.size() && !needs_json_escape(static_cast<unsigned char>(text[plain]))) {
            plain++;
        }
        if (plain > 0 && !write(text.substr(0, plain))) {
            return false;
        }
        text.remove_prefix(plain);

        char room[6];
        if (!text.empty()) {
            if (!write(json_escape(static_cast<unsigned char>(text[0]), room))) {
                return false;
            }
            text.remove_prefix(1);
        }
    }
    return true;
}

} // namespace ngx
