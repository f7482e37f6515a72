// The output of ngx.print and ngx.say on its way from Lua to a buffer: an array of cells (strings
// of Lua's heap, numbers), written out in one pass. Numbers are written as number.hpp says.
#pragma once

#include <cstddef>

#include "lua_text/ffi_types.hpp"

namespace lua::text {

// An upper bound of what write_cells writes; exact but for numbers.
[[nodiscard]] size_t cells_length_bound(const OutCell* cells, int count) noexcept;

// Returns the end of the text.
unsigned char* write_cells(unsigned char* dst, const OutCell* cells, int count) noexcept;

} // namespace lua::text
