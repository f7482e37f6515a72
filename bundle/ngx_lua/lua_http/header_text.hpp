// Making header names and values safe: what could end a line, or is no token, is written as %XX.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace lua::http {

enum class HeaderPart : uint8_t { name, value };

// A copy of text in pool, with unsafe bytes as %XX and a NUL behind; data is null when memory is
// short.
[[nodiscard]] ngx_str_t copy_header_text(ngx_pool_t* pool, std::string_view text,
                                         HeaderPart part) noexcept;

// The copies of a header's name and value, in one piece of memory; false when memory is short.
[[nodiscard]] bool copy_header(ngx_pool_t* pool, std::string_view name, std::string_view value,
                               ngx_str_t& key_copy, ngx_str_t& value_copy) noexcept;

} // namespace lua::http
