#include "lua_text/exports.hpp"

#include <array>
#include <cstdint>

namespace {

// The letter that follows the backslash, 0 for bytes that stay as they are.
constexpr std::array<char, 256> make_escape_letters() {
    std::array<char, 256> table{};
    table['\0'] = '0';
    table['\b'] = 'b';
    table['\t'] = 't';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table[0x1a] = 'Z';
    table['\\'] = '\\';
    table['\''] = '\'';
    table['"'] = '"';
    return table;
}

constexpr auto kEscapeLetter = make_escape_letters();

} // namespace

size_t ngx_lua_ffi_quoted_sql_length(const unsigned char* src, size_t len) noexcept {
    size_t total = len + 2;
    for (size_t i = 0; i < len; i++) {
        total += kEscapeLetter[src[i]] != 0;
    }
    return total;
}

void ngx_lua_ffi_quote_sql_str(const unsigned char* src, size_t len, unsigned char* dst) noexcept {
    *dst++ = '\'';
    for (size_t i = 0; i < len; i++) {
        const char letter = kEscapeLetter[src[i]];
        if (letter != 0) {
            *dst++ = '\\';
            *dst++ = static_cast<unsigned char>(letter);
        } else {
            *dst++ = src[i];
        }
    }
    *dst = '\'';
}

void ngx_lua_ffi_str_replace_char(unsigned char* buf, size_t len, unsigned char find,
                                  unsigned char replace) noexcept {
    for (size_t i = 0; i < len; i++) {
        buf[i] = buf[i] == find ? replace : buf[i];
    }
}
