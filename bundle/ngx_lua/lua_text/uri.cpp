#include "lua_text/uri.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "lua_text/exports.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace lua::text {

namespace {

// One bit a set: clear if the byte stays as it is, set if it must be escaped.
using EscapeTable = std::array<uint8_t, 256>;

constexpr int kSets = 8;

constexpr uint8_t bit(UriSet set) {
    return static_cast<uint8_t>(1u << static_cast<int>(set));
}

constexpr bool is_control(int c) {
    return c < 0x20;
}

constexpr bool is_unreserved(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c > 0 &&
            std::string_view("-._~!'()*").find(static_cast<char>(c)) != std::string_view::npos);
}

constexpr bool must_escape(int c, UriSet set) {
    const auto among = [c](std::string_view bytes) {
        return c < 0x80 && bytes.find(static_cast<char>(c)) != std::string_view::npos;
    };
    const bool not_ascii_text = is_control(c) || c >= 0x7f;

    switch (set) {
    case UriSet::path:
        return not_ascii_text || among(" #%?");
    case UriSet::args:
        return not_ascii_text || among(" #%+?");
    case UriSet::component:
        return !is_unreserved(c);
    case UriSet::html:
        return not_ascii_text || among(" #\"%'");
    case UriSet::refresh:
        return not_ascii_text || among(" \"'");
    case UriSet::memcached:
    case UriSet::mail_auth:
        return is_control(c) || among(" %");
    case UriSet::query_string:
        return is_control(c) || c == ' ' || c == 0x7f;
    }
    return true;
}

constexpr EscapeTable make_escape_table() {
    EscapeTable table{};
    for (int c = 0; c < 256; c++) {
        for (int set = 0; set < kSets; set++) {
            if (must_escape(c, static_cast<UriSet>(set))) {
                table[static_cast<size_t>(c)] |= bit(static_cast<UriSet>(set));
            }
        }
    }
    return table;
}

constexpr EscapeTable kEscape = make_escape_table();

constexpr char kHex[] = "0123456789ABCDEF";

constexpr std::array<int8_t, 256> make_hex_values() {
    std::array<int8_t, 256> table{};
    table.fill(-1);
    for (int i = 0; i < 10; i++) {
        table[static_cast<size_t>('0' + i)] = static_cast<int8_t>(i);
    }
    for (int i = 0; i < 6; i++) {
        table[static_cast<size_t>('a' + i)] = static_cast<int8_t>(10 + i);
        table[static_cast<size_t>('A' + i)] = static_cast<int8_t>(10 + i);
    }
    return table;
}

constexpr auto kHexValue = make_hex_values();

// Copies up to the first '%' or '+' and moves both pointers there, sixteen bytes at a time. Works
// in place too: dst is never ahead of src, and a block is read before it is written.
void copy_plain(unsigned char*& dst, const unsigned char*& src, const unsigned char* end) noexcept {
#ifdef __SSE2__
    const __m128i percent = _mm_set1_epi8('%');
    const __m128i plus = _mm_set1_epi8('+');
    while (end - src >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(src));
        const int special = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(block, percent), _mm_cmpeq_epi8(block, plus)));
        if (special != 0) {
            break;
        }
        _mm_storeu_si128(reinterpret_cast<__m128i*>(dst), block);
        dst += 16;
        src += 16;
    }
#endif
    while (src < end && *src != '%' && *src != '+') {
        *dst++ = *src++;
    }
}

} // namespace

size_t escaped_length(const unsigned char* src, size_t len, UriSet set) noexcept {
    const int shift = static_cast<int>(set);
    size_t escapes = 0;
    for (size_t i = 0; i < len; i++) {
        escapes += (kEscape[src[i]] >> shift) & 1;
    }
    return len + 2 * escapes;
}

unsigned char* escape(unsigned char* dst, const unsigned char* src, size_t len,
                      UriSet set) noexcept {
    const uint8_t mask = bit(set);
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = src[i];
        if (kEscape[c] & mask) {
            *dst++ = '%';
            *dst++ = static_cast<unsigned char>(kHex[c >> 4]);
            *dst++ = static_cast<unsigned char>(kHex[c & 15]);
        } else {
            *dst++ = c;
        }
    }
    return dst;
}

unsigned char* unescape(unsigned char* dst, const unsigned char* src, size_t len) noexcept {
    const unsigned char* const end = src + len;

    for (copy_plain(dst, src, end); src < end; copy_plain(dst, src, end)) {
        if (*src == '+') {
            *dst++ = ' ';
            src++;
            continue;
        }
        const int high = end - src > 2 ? kHexValue[src[1]] : -1;
        const int low = high >= 0 ? kHexValue[src[2]] : -1;
        if (low < 0) {
            *dst++ = *src++;
            continue;
        }
        *dst++ = static_cast<unsigned char>(high << 4 | low);
        src += 3;
    }
    return dst;
}

} // namespace lua::text

using lua::text::UriSet;

size_t ngx_lua_ffi_uri_escaped_length(const unsigned char* src, size_t len, int type) noexcept {
    return lua::text::escaped_length(src, len, static_cast<UriSet>(type));
}

void ngx_lua_ffi_escape_uri(const unsigned char* src, size_t len, unsigned char* dst,
                            int type) noexcept {
    lua::text::escape(dst, src, len, static_cast<UriSet>(type));
}

size_t ngx_lua_ffi_unescape_uri(const unsigned char* src, size_t len, unsigned char* dst) noexcept {
    return static_cast<size_t>(lua::text::unescape(dst, src, len) - dst);
}

long ngx_lua_ffi_find_unsafe_uri_byte(const unsigned char* src, size_t len) noexcept {
    for (size_t i = 0; i < len; i++) {
        if ((src[i] < 0x20 && src[i] != '\t') || src[i] == 0x7f) {
            return static_cast<long>(i);
        }
    }
    return -1;
}
