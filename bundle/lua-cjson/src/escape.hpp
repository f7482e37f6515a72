// How the bytes of a Lua string look inside a JSON string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cjson {

// The longest form of a byte: \u001f.
constexpr size_t kMaxEscapeLength = 6;

// The text that stands for one byte. Eight bytes, so that writing it is one load and one store:
// Escapes::write() always stores all of them and only the end of the text moves by `length`.
struct Escape {
    char text[7];
    uint8_t length;
};
static_assert(sizeof(Escape) == 8);

class Escapes {
public:
    explicit constexpr Escapes(bool escape_slash) {
        for (unsigned c = 0; c < 256; ++c) {
            table_[c] = make(static_cast<char>(c), escape_slash);
        }
    }

    // Writes the form of `c`; `out` has room for sizeof(Escape) bytes. Returns the end of the text.
    char* write(char* out, char c) const {
        const Escape& escape = table_[static_cast<uint8_t>(c)];
        std::memcpy(out, &escape, sizeof escape);
        return out + escape.length;
    }

private:
    static constexpr Escape make(char c, bool escape_slash) {
        constexpr char kDigits[] = "0123456789abcdef";
        switch (c) {
        case '"':
        case '\\':
            return {{'\\', c}, 2};
        case '/':
            return escape_slash ? Escape{{'\\', c}, 2} : Escape{{c}, 1};
        case '\b':
            return {{'\\', 'b'}, 2};
        case '\f':
            return {{'\\', 'f'}, 2};
        case '\n':
            return {{'\\', 'n'}, 2};
        case '\r':
            return {{'\\', 'r'}, 2};
        case '\t':
            return {{'\\', 't'}, 2};
        }
        if ((c >= 0 && c < 0x20) || c == 0x7f) {
            return {{'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]}, kMaxEscapeLength};
        }
        return {{c}, 1};
    }

    std::array<Escape, 256> table_{};
};

} // namespace cjson
