// Assigning nginx variables from Lua code.
#pragma once

#include "ngx/http.hpp"

#include <string_view>

namespace lua::http {

enum class SetResult : uint8_t { ok, unknown, not_changeable, not_assignable, no_memory };

// Gives the variable a copy of *value, or "not found" when value is null. The name is lower-case.
[[nodiscard]] SetResult set_variable(ngx_http_request_t* r, ngx_str_t* lowcase_name,
                                     const std::string_view* value) noexcept;

} // namespace lua::http
