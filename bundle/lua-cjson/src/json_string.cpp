#include "json_string.hpp"

#include "scan.hpp"

#include <cstdint>

namespace cjson {
namespace {

constexpr char kBadEscape[] = "invalid escape code";
constexpr char kBadUnicode[] = "invalid unicode escape code";
constexpr char kUnclosed[] = "unexpected end of string";

// The byte that \<c> stands for, or 0.
constexpr char simple_escape(char c) {
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

constexpr int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// The code unit of a \uXXXX at `p`, or -1 if there is none.
int32_t code_unit(const char* p, const char* end) {
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return -1;
    }
    int32_t unit = 0;
    for (int i = 2; i < 6; ++i) {
        const int digit = hex_value(p[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

char* write_utf8(char* out, int32_t c) {
    const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
    if (c < 0x80) {
        *out++ = static_cast<char>(c);
    } else if (c < 0x800) {
        *out++ = static_cast<char>(0xc0 | (c >> 6));
        *out++ = tail(0);
    } else if (c < 0x10000) {
        *out++ = static_cast<char>(0xe0 | (c >> 12));
        *out++ = tail(6);
        *out++ = tail(0);
    } else {
        *out++ = static_cast<char>(0xf0 | (c >> 18));
        *out++ = tail(12);
        *out++ = tail(6);
        *out++ = tail(0);
    }
    return out;
}

// Moves `p` behind the \uXXXX, or the pair of them, that it is at, and `out` behind the character.
bool unescape_unicode(const char*& p, const char* end, char*& out) {
    int32_t c = code_unit(p, end);
    if (c < 0 || (c & 0xfc00) == 0xdc00) {
        return false;
    }
    p += 6;
    if ((c & 0xfc00) == 0xd800) {
        const int32_t low = code_unit(p, end);
        if (low < 0 || (low & 0xfc00) != 0xdc00) {
            p -= 6;
            return false;
        }
        p += 6;
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
    }
    out = write_utf8(out, c);
    return true;
}

} // namespace

StringResult read_string(lua_State* L, const char* p, const char* end, Buffer& buffer) {
    const char* run = p;
    p = find_string_end(p, end);
    if (p < end && *p == '"') {
        return {.end = p + 1, .bytes = {run, static_cast<size_t>(p - run)}};
    }
    // No escape is shorter than what it stands for. One byte more: room for nothing is null.
    buffer.truncate(0);
    char* const begin = buffer.reserve(L, static_cast<size_t>(end - run) + 1);
    char* out = begin;
    for (;; p = find_string_end(run, end)) {
        const auto length = static_cast<size_t>(p - run);
        std::memcpy(out, run, length);
        out += length;
        if (p == end || *p == '\0') {
            return {.end = p, .error = kUnclosed};
        }
        if (*p == '"') {
            return {.end = p + 1, .bytes = {begin, static_cast<size_t>(out - begin)}};
        }
        if (end - p > 1 && p[1] == 'u') {
            if (!unescape_unicode(p, end, out)) {
                return {.end = p, .error = kBadUnicode};
            }
        } else {
            const char c = end - p > 1 ? simple_escape(p[1]) : '\0';
            if (c == 0) {
                return {.end = p, .error = kBadEscape};
            }
            *out++ = c;
            p += 2;
        }
        run = p;
    }
}

} // namespace cjson
