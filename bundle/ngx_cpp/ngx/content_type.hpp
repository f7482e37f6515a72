// A Content-Type as nginx keeps it: the type, the length of what its filters compare, the charset.
#pragma once

#include "ngx/http.hpp"
#include "ngx/str.hpp"

#include <algorithm>

namespace ngx {

// The value of a "charset" parameter, with or without quotes; empty if there is none.
inline std::string_view charset_of(std::string_view parameters) {
    constexpr std::string_view kName = "charset=";

    while (!parameters.empty()) {
        const size_t end = std::min(parameters.find(';'), parameters.size());
        std::string_view parameter = parameters.substr(0, end);
        parameters.remove_prefix(std::min(end + 1, parameters.size()));

        parameter.remove_prefix(std::min(parameter.find_first_not_of(' '), parameter.size()));
        if (!equal_nocase(parameter.substr(0, kName.size()), kName)) {
            continue;
        }

        parameter.remove_prefix(kName.size());
        if (parameter.size() >= 2 && parameter.front() == '"') {
            parameter.remove_prefix(1);
            return parameter.substr(0, parameter.find('"'));
        }
        return parameter.substr(0, parameter.find(' '));
    }
    return {};
}

inline void set_content_type(ngx_http_headers_out_t& out, const ngx_str_t& value) {
    const std::string_view text = view(value);
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view type = text.substr(0, end);

    out.content_type = value;
    out.content_type_len = type.find_last_not_of(' ') + 1;
    out.content_type_hash = 0;
    out.content_type_lowcase = nullptr;

    if (const std::string_view charset = charset_of(text.substr(end)); !charset.empty()) {
        out.charset = str(charset);
    }
}

} // namespace ngx
