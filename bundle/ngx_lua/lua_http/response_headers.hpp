// Response headers as Lua code reads and writes them. A few have fields of their own in nginx's
// headers_out, which its filters act on; the rest are entries of the header list.
#pragma once

#include "lua_http/request_headers.hpp"
#include "ngx/http.hpp"

#include <span>
#include <string_view>

namespace lua::http {

class HttpHost;

// Part of the request's host: what Lua code has set.
struct HeaderMarks {
    bool any_set = false;
    bool content_type_set = false; // or cleared
};

// Sets a response header. Null, or why not.
[[nodiscard]] const char* set_response_header(HttpHost& host, std::string_view name,
                                              std::string_view value, Write how) noexcept;

// Removes all response headers of that name.
[[nodiscard]] const char* clear_response_header(HttpHost& host, std::string_view name) noexcept;

// Writes up to out.size() values of the header of that name (lower-case); returns how many, or -1
// when memory is short.
[[nodiscard]] int find_response_header(HttpHost& host, std::string_view lowcase_name,
                                       std::span<ngx_str_t> out) noexcept;

} // namespace lua::http
