// Request methods by name, in directives and in values computed by requests.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <algorithm>
#include <iterator>

namespace ngx {

// A blank follows the name: nginx's proxy module sends it together with the name.
struct Method {
    const char* padded_name;
    ngx_uint_t bit;

    [[nodiscard]] std::string_view name() const {
        std::string_view text = padded_name;
        text.remove_suffix(1);
        return text;
    }
};

inline constexpr Method kMethods[] = {
    {"GET ", NGX_HTTP_GET},
    {"HEAD ", NGX_HTTP_HEAD},
    {"POST ", NGX_HTTP_POST},
    {"PUT ", NGX_HTTP_PUT},
    {"DELETE ", NGX_HTTP_DELETE},
    {"MKCOL ", NGX_HTTP_MKCOL},
    {"COPY ", NGX_HTTP_COPY},
    {"MOVE ", NGX_HTTP_MOVE},
    {"OPTIONS ", NGX_HTTP_OPTIONS},
    {"PROPFIND ", NGX_HTTP_PROPFIND},
    {"PROPPATCH ", NGX_HTTP_PROPPATCH},
    {"LOCK ", NGX_HTTP_LOCK},
    {"UNLOCK ", NGX_HTTP_UNLOCK},
    {"PATCH ", NGX_HTTP_PATCH},
};

// The method of that name, letter case aside; null if there is none.
inline const Method* find_method(std::string_view name) {
    const auto* found = std::ranges::find_if(
        kMethods, [name](const Method& method) { return equal_nocase(method.name(), name); });
    return found == std::end(kMethods) ? nullptr : found;
}

} // namespace ngx
