// Looking for the next interesting byte of a string, many bytes at a time.
//
// Two questions are asked of long runs of ordinary bytes: where does a JSON string end or escape
// (decoder), and which byte of a Lua string cannot be copied as it is (encoder). Both look at 16
// bytes at once with SSE2 where the CPU has it, at 8 bytes in a plain 64-bit word else, and never
// touch a byte outside [p, end).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__) && !defined(CJSON_NO_SIMD)
#include <emmintrin.h>
#define CJSON_SSE2 1
#endif

namespace cjson {

// A 64-bit word as eight bytes. Each test returns a word with the top bit of a byte set where the
// byte passes. Bytes behind the first one that passes may be reported wrongly (a borrow runs
// upwards), so only first() of a result means something.
namespace word {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kTops = 0x8080808080808080;

inline uint64_t load(const char* p) {
    uint64_t w;
    std::memcpy(&w, p, sizeof w);
    if constexpr (std::endian::native == std::endian::big) {
        w = __builtin_bswap64(w);
    }
    return w;
}

// In any order of bytes.
inline uint32_t load_half(const char* p) {
    uint32_t half;
    std::memcpy(&half, p, sizeof half);
    return half;
}

constexpr uint64_t below(uint64_t w, uint8_t limit) {
    return (w - kOnes * limit) & ~w & kTops;
}
constexpr uint64_t equal(uint64_t w, uint8_t c) {
    return below(w ^ (kOnes * c), 1);
}
constexpr uint64_t ends_string(uint64_t w) {
    return equal(w, '"') | equal(w, '\\') | equal(w, 0);
}
constexpr uint64_t wants_escape(uint64_t w) {
    return below(w, 0x20) | equal(w, '"') | equal(w, '\\') | equal(w, '/') | equal(w, 0x7f);
}
constexpr size_t first(uint64_t passed) {
    return static_cast<size_t>(std::countr_zero(passed)) / 8;
}

} // namespace word

#ifdef CJSON_SSE2
// Sixteen bytes; a bit of a mask stands for a byte that passes.
namespace block {

inline __m128i load(const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline __m128i equal(__m128i v, char c) {
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}
inline __m128i either(__m128i a, __m128i b) {
    return _mm_or_si128(a, b);
}
inline unsigned mask(__m128i passed) {
    return static_cast<unsigned>(_mm_movemask_epi8(passed));
}

inline unsigned ends_string(__m128i v) {
    return mask(either(either(equal(v, '"'), equal(v, '\\')), equal(v, '\0')));
}

inline unsigned wants_escape(__m128i v) {
    // Unsigned "v <= 0x1f" as "min(v, 0x1f) == v": SSE2 compares bytes as signed ones only.
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
    return mask(either(either(control, equal(v, 0x7f)),
                       either(equal(v, '/'), either(equal(v, '"'), equal(v, '\\')))));
}

} // namespace block
#endif

// Finds the first '"', '\\' or NUL in [p, end); returns end if there is none.
inline const char* find_string_end(const char* p, const char* end) {
#ifdef CJSON_SSE2
    for (; end - p >= 16; p += 16) {
        if (const unsigned hits = block::ends_string(block::load(p))) {
            return p + std::countr_zero(hits);
        }
    }
#endif
    for (; end - p >= 8; p += 8) {
        if (const uint64_t hits = word::ends_string(word::load(p))) {
            return p + word::first(hits);
        }
    }
    while (p < end && *p != '"' && *p != '\\' && *p != '\0') {
        ++p;
    }
    return p;
}

// Copies [p, end) to `out`, which has room for it, up to the first byte that JSON may want escaped:
// a control character, '"', '\\', '/' or DEL. May stop sooner when fewer than 8 bytes are left.
// Returns the number of bytes copied.
inline size_t copy_plain(char* out, const char* p, const char* end) {
    const char* const begin = p;
#ifdef CJSON_SSE2
    for (; end - p >= 16; p += 16) {
        const __m128i v = block::load(p);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + (p - begin)), v);
        if (const unsigned hits = block::wants_escape(v)) {
            return static_cast<size_t>(p - begin) + static_cast<size_t>(std::countr_zero(hits));
        }
    }
#endif
    for (; end - p >= 8; p += 8) {
        std::memcpy(out + (p - begin), p, 8);
        if (const uint64_t hits = word::wants_escape(word::load(p))) {
            return static_cast<size_t>(p - begin) + word::first(hits);
        }
    }
    return static_cast<size_t>(p - begin);
}

// Copies the `length` bytes at `p`, 4 to 16, if no byte of them wants an escape. Two halves that
// overlap are tested at once and copied, which takes as long for 4 bytes as for 16.
inline bool copy_if_plain(char* out, const char* p, size_t length) {
#ifdef CJSON_SSE2
    if (length < 8) {
        const uint32_t low = word::load_half(p);
        const uint32_t high = word::load_half(p + length - 4);
        const __m128i both = _mm_set1_epi64x(static_cast<int64_t>(low | uint64_t{high} << 32));
        if (block::wants_escape(both) != 0) {
            return false;
        }
        std::memcpy(out, &low, 4);
        std::memcpy(out + length - 4, &high, 4);
        return true;
    }
    const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    const __m128i high = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + length - 8));
    if (block::wants_escape(_mm_unpacklo_epi64(low, high)) != 0) {
        return false;
    }
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), low);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + length - 8), high);
    return true;
#else
    return copy_plain(out, p, p + length) == length;
#endif
}

} // namespace cjson
