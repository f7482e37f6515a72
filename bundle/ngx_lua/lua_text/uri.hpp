// Percent-escaping of URI text. A UriSet names the bytes that stay as they are; every other byte
// becomes %XX with upper-case digits. The numbers of the first seven are ngx.escape_uri's `type`.
#pragma once

#include <cstddef>

namespace lua::text {

enum class UriSet : int {
    path = 0,
    args = 1,
    component = 2,
    html = 3,
    refresh = 4,
    memcached = 5,
    mail_auth = 6,
    // What ngx.req.set_uri_args escapes of a ready-made query string: blanks, controls and DEL.
    query_string = 7,
};

// The length of the escaped text: `len` if nothing needs escaping.
size_t escaped_length(const unsigned char* src, size_t len, UriSet set) noexcept;

// Writes escaped_length() bytes, returns the end.
unsigned char* escape(unsigned char* dst, const unsigned char* src, size_t len,
                      UriSet set) noexcept;

// Decodes %XX and turns '+' into a blank; a '%' without two hex digits stays. Returns the end;
// dst may be src.
unsigned char* unescape(unsigned char* dst, const unsigned char* src, size_t len) noexcept;

} // namespace lua::text
