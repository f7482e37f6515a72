#include "lua_text/exports.hpp"

#include <array>
#include <cstdint>

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The six bits of a character; bit 7 marks bytes outside the alphabet, so that four look-ups are
// checked by one test of their union.
constexpr uint8_t kInvalid = 0x80;

constexpr std::array<uint8_t, 256> make_decode_table() {
    std::array<uint8_t, 256> table{};
    table.fill(kInvalid);
    for (uint8_t i = 0; i < 64; i++) {
        table[static_cast<uint8_t>(kAlphabet[i])] = i;
    }
    return table;
}

constexpr auto kSixBits = make_decode_table();

unsigned char* put_group(unsigned char* dst, uint32_t bits24) noexcept {
    dst[0] = static_cast<unsigned char>(kAlphabet[bits24 >> 18]);
    dst[1] = static_cast<unsigned char>(kAlphabet[(bits24 >> 12) & 63]);
    dst[2] = static_cast<unsigned char>(kAlphabet[(bits24 >> 6) & 63]);
    dst[3] = static_cast<unsigned char>(kAlphabet[bits24 & 63]);
    return dst + 4;
}

unsigned char* put_bytes(unsigned char* dst, uint32_t bits24) noexcept {
    dst[0] = static_cast<unsigned char>(bits24 >> 16);
    dst[1] = static_cast<unsigned char>(bits24 >> 8);
    dst[2] = static_cast<unsigned char>(bits24);
    return dst + 3;
}

// Writes the bytes of a last group of `count` (0..3) characters, gathered in the low bits. False if
// it is malformed: one character alone holds no whole byte.
bool put_tail(unsigned char*& dst, uint32_t bits, int count) noexcept {
    switch (count) {
    case 0:
        return true;
    case 2:
        *dst++ = static_cast<unsigned char>(bits >> 4);
        return true;
    case 3:
        *dst++ = static_cast<unsigned char>(bits >> 10);
        *dst++ = static_cast<unsigned char>(bits >> 2);
        return true;
    default:
        return false;
    }
}

} // namespace

size_t ngx_lua_ffi_encode_base64(const unsigned char* src, size_t len, unsigned char* dst,
                                 int no_padding) noexcept {
    unsigned char* const start = dst;

    for (; len >= 3; len -= 3, src += 3) {
        dst = put_group(dst, uint32_t{src[0]} << 16 | uint32_t{src[1]} << 8 | src[2]);
    }

    if (len != 0) {
        const uint32_t second = len == 2 ? src[1] : 0;
        unsigned char last[4];
        put_group(last, uint32_t{src[0]} << 16 | second << 8);
        for (size_t i = 0; i <= len; i++) {
            *dst++ = last[i];
        }
        for (size_t i = len; i < 3 && !no_padding; i++) {
            *dst++ = '=';
        }
    }
    return static_cast<size_t>(dst - start);
}

int ngx_lua_ffi_decode_base64(const unsigned char* src, size_t len, unsigned char* dst,
                              size_t* dst_len) noexcept {
    unsigned char* const start = dst;
    const unsigned char* const end = src + len;

    while (end - src >= 4) {
        const uint32_t a = kSixBits[src[0]], b = kSixBits[src[1]];
        const uint32_t c = kSixBits[src[2]], d = kSixBits[src[3]];
        if ((a | b | c | d) & kInvalid) {
            break;
        }
        dst = put_bytes(dst, a << 18 | b << 12 | c << 6 | d);
        src += 4;
    }

    uint32_t bits = 0;
    int count = 0;
    for (; src < end && *src != '='; src++) {
        const uint32_t six = kSixBits[*src];
        if (six == kInvalid) {
            return 0;
        }
        bits = bits << 6 | six;
        count++;
    }

    if (!put_tail(dst, bits, count)) {
        return 0;
    }
    *dst_len = static_cast<size_t>(dst - start);
    return 1;
}

int ngx_lua_ffi_decode_base64mime(const unsigned char* src, size_t len, unsigned char* dst,
                                  size_t* dst_len) noexcept {
    unsigned char* const start = dst;
    const unsigned char* const end = src + len;

    uint32_t bits = 0;
    int count = 0;
    for (; src < end && *src != '='; src++) {
        const uint32_t six = kSixBits[*src];
        if (six == kInvalid) {
            continue;
        }
        bits = bits << 6 | six;
        if (++count == 4) {
            dst = put_bytes(dst, bits);
            bits = 0;
            count = 0;
        }
    }

    if (!put_tail(dst, bits, count)) {
        return 0;
    }
    *dst_len = static_cast<size_t>(dst - start);
    return 1;
}
