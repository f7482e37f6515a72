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

} // namespace

ngx_str_t copy_header_text(ngx_pool_t* pool, std::string_view text, HeaderPart part) noexcept {
    const Set& unsafe = part == HeaderPart::name ? kUnsafeInName : kUnsafeInValue;
    auto is_unsafe = [&unsafe](char c) { return unsafe[static_cast<unsigned char>(c)]; };
    auto escapes = static_cast<size_t>(std::count_if(text.begin(), text.end(), is_unsafe));

    size_t len = text.size() + 2 * escapes;
    auto* data = static_cast<u_char*>(ngx_pnalloc(pool, len + 1));
    if (data == nullptr) {
        return {0, nullptr};
    }
    u_char* p = data;
    if (escapes == 0) {
        p = ngx_cpymem(p, text.data(), text.size());
    } else {
        static constexpr char kHex[] = "0123456789ABCDEF";
        for (char c : text) {
            if (!is_unsafe(c)) {
                *p++ = static_cast<u_char>(c);
                continue;
            }
            auto byte = static_cast<unsigned char>(c);
            *p++ = '%';
            *p++ = static_cast<u_char>(kHex[byte >> 4]);
            *p++ = static_cast<u_char>(kHex[byte & 0xF]);
        }
    }
    *p = '\0';
    return {len, data};
}

} // namespace lua::http
