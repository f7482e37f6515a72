// Finding fields in a posted form (application/x-www-form-urlencoded). Nothing is copied or
// decoded: values are views of the body. Knows nothing of nginx, so that tests and fuzzers link it
// alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace form_input {

// The value of the next field of that name in body, letter case aside, from offset `at` on, which
// moves behind it.
std::optional<std::string_view> next_value(std::string_view body, std::string_view name,
                                           size_t& at);

} // namespace form_input
