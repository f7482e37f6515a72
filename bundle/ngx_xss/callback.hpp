// What may stand as the name of a JSONP callback. Knows nothing of nginx.
#pragma once

#include <string_view>

namespace xss {

// Names joined by dots, and one index at the end: "a", "a.b", "a.b[1]", "a[.5]".
bool is_callback(std::string_view text);

} // namespace xss
