#include "lua_http/header_text.hpp"

#include <algorithm>
#include <array>

namespace lua::http {
namespace {

using Set = std::array<bool, 256>;

constexpr Set unsafe_in_value() {
    Set set{};
    for (unsigned c = 0; c < 0x20; c++) {
        set[c] = c != '\t';
    }
    set[0x7F] = true;
    return set;
}

constexpr Set unsafe_in_name() {
    Set set{};
    for (unsigned c = 0; c < 256; c++) {
        set[c] = c <= 0x20 || c >= 0x7F;
    }
    for (char c : std::string_view{"\"(),/:;<=>?@[\\]{}"}) {
        set[static_cast<unsigned char>(c)] = true;
    }
    return set;
}

constexpr Set kUnsafeInValue = unsafe_in_value();
constexpr Set kUnsafeInName = unsafe_in_name();

size_t count_unsafe(std::string_view text, const Set& unsafe) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [&unsafe](char c) {
        return unsafe[static_cast<unsigned char>(c)];
    }));
}

// Eight bytes of which none is below 0x20 or equal to 0x7F.
bool is_plain(uint64_t word) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    constexpr uint64_t kHighBits = 0x8080808080808080;
    uint64_t below = (word - kOnes * 0x20) & ~word;
    uint64_t other = word ^ (kOnes * 0x7F);
    uint64_t is_delete = (other - kOnes) & ~other;
    return ((below | is_delete) & kHighBits) == 0;
}

size_t escapes_in(std::string_view text, HeaderPart part) {
    if (part == HeaderPart::name) {
        return count_unsafe(text, kUnsafeInName);
    }
    size_t plain = 0;
    for (uint64_t word = 0; text.size() - plain >= sizeof(word); plain += sizeof(word)) {
        memcpy(&word, text.data() + plain, sizeof(word));
        if (!is_plain(word)) {
            break;
        }
    }
    return count_unsafe(text.substr(plain), kUnsafeInValue);
}

// Writes the copy of text and a NUL to p; returns what is behind it.
u_char* write(u_char* p, std::string_view text, HeaderPart part, size_t escapes, ngx_str_t& copy) {
    const Set& unsafe = part == HeaderPart::name ? kUnsafeInName : kUnsafeInValue;
    copy = {text.size() + 2 * escapes, p};
    if (escapes == 0) {
        p = ngx_cpymem(p, text.data(), text.size());
        *p++ = '\0';
        return p;
    }
    static constexpr char kHex[] = "0123456789ABCDEF";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (!unsafe[byte]) {
            *p++ = byte;
            continue;
        }
        *p++ = '%';
        *p++ = static_cast<u_char>(kHex[byte >> 4]);
        *p++ = static_cast<u_char>(kHex[byte & 0xF]);
    }
    *p++ = '\0';
    return p;
}

} // namespace

ngx_str_t copy_header_text(ngx_pool_t* pool, std::string_view text, HeaderPart part) noexcept {
    size_t escapes = escapes_in(text, part);
    auto* data = static_cast<u_char*>(ngx_pnalloc(pool, text.size() + 2 * escapes + 1));
    ngx_str_t copy = {};
    if (data != nullptr) {
        write(data, text, part, escapes, copy);
    }
    return copy;
}

bool copy_header(ngx_pool_t* pool, std::string_view name, std::string_view value,
                 ngx_str_t& key_copy, ngx_str_t& value_copy) noexcept {
    size_t in_name = escapes_in(name, HeaderPart::name);
    size_t in_value = escapes_in(value, HeaderPart::value);
    size_t len = name.size() + 2 * in_name + 1 + value.size() + 2 * in_value + 1;
    auto* p = static_cast<u_char*>(ngx_pnalloc(pool, len));
    if (p == nullptr) {
        return false;
    }
    p = write(p, name, HeaderPart::name, in_name, key_copy);
    write(p, value, HeaderPart::value, in_value, value_copy);
    return true;
}

} // namespace lua::http
