// Reads the body of a *_by_lua_block directive from the configuration file.
//
// nginx's own parser stops at the directive's "{" and calls the directive's handler; the handler
// calls read_block, which takes over the parser's buffer, refills it from the file as the parser
// does, and gives it back positioned behind the matching "}". What the braces mean is decided by
// BlockScanner.
#pragma once

#include "ngx/nginx.hpp"

namespace lua {

// Stores the text between the braces, verbatim and NUL-terminated in cf->pool, in *source, and the
// line of the "{" in *first_line. Returns NGX_CONF_OK, or NGX_CONF_ERROR after having logged why.
[[nodiscard]] char* read_block(ngx_conf_t* cf, ngx_str_t* source, ngx_uint_t* first_line) noexcept;

} // namespace lua
