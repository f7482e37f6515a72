// The text by which an inline chunk shows up in messages: "content_by_lua(nginx.conf:12)". Without
// nginx types, for the unit tests; chunk_name.hpp is what the engine calls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lua {

// tag, path and line number together are at most this long: Lua cuts a chunk name at 60 bytes, and
// would cut the line number off.
inline constexpr std::size_t kChunkLabelLimit = 56;

// tag: the directive's name without "_block". path: the configuration file that holds the chunk,
// shown relative to conf_prefix if it is below it, and by its end if it is too long.
std::string chunk_label(std::string_view tag, std::string_view path, std::string_view conf_prefix,
                        std::size_t line);

} // namespace lua
