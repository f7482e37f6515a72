// Strings at nginx's edge. Inside our code a string is a std::string_view; ngx_str_t appears only
// where nginx wants or gives one. Nothing here assumes a terminating NUL.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace ngx {

inline std::string_view view(const ngx_str_t& s) {
    return {reinterpret_cast<const char*>(s.data), s.len};
}

inline std::string_view view(const u_char* first, const u_char* last) {
    return {reinterpret_cast<const char*>(first), static_cast<size_t>(last - first)};
}

// A variable's value.
inline std::string_view view(const ngx_variable_value_t& v) {
    return {reinterpret_cast<const char*>(v.data), v.len};
}

inline u_char* bytes(const char* s) {
    return reinterpret_cast<u_char*>(const_cast<char*>(s));
}

// A non-owning ngx_str_t over sv.
inline ngx_str_t str(std::string_view sv) {
    return {sv.size(), bytes(sv.data())};
}

// A copy of sv in pool, with a NUL after the last byte for C callers; data is null when memory is
// short.
inline ngx_str_t copy(ngx_pool_t* pool, std::string_view sv) {
    auto* data = static_cast<u_char*>(ngx_pnalloc(pool, sv.size() + 1));
    if (data == nullptr) {
        return {0, nullptr};
    }
    ngx_memcpy(data, sv.data(), sv.size());
    data[sv.size()] = '\0';
    return {sv.size(), data};
}

// Compares without regard to the case of ASCII letters.
inline bool equal_nocase(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (size_t i = 0; i < a.size(); i++) {
        auto x = static_cast<u_char>(a[i]);
        auto y = static_cast<u_char>(b[i]);
        if (x != y && ngx_tolower(x) != ngx_tolower(y)) {
            return false;
        }
    }
    return true;
}

} // namespace ngx
