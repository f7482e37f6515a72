// Names and cache keys of compiled chunks. Results live in the given pool (chunk_name: cf->pool)
// and end with a NUL behind the last byte; `data` is null when memory is short.
#pragma once

#include "ngx/nginx.hpp"

#include <string_view>

namespace lua {

// The name for luaL_loadbuffer of a chunk written in the file being parsed:
// "=content_by_lua(nginx.conf:12)". tag: the directive's name without "_block"; line: that of the
// block's "{", or for a quoted chunk the parser's current one.
[[nodiscard]] ngx_str_t chunk_name(ngx_conf_t* cf, std::string_view tag, ngx_uint_t line) noexcept;

// "<prefix>nhli_<md5 of source>": equal code under one prefix is compiled once.
[[nodiscard]] ngx_str_t inline_cache_key(ngx_pool_t* pool, std::string_view prefix,
                                         std::string_view source) noexcept;

// "nhlf_<md5 of path>", path being as the configuration has it, or what its variables resolved to.
[[nodiscard]] ngx_str_t file_cache_key(ngx_pool_t* pool, std::string_view path) noexcept;

} // namespace lua
