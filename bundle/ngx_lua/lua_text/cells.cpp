#include "lua_text/cells.hpp"

#include <cstring>

#include "lua_text/number.hpp"

namespace lua::text {

size_t cells_length_bound(const OutCell* cells, int count) noexcept {
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        total += cells[i].kind == OutCell::number ? kNumberSize : static_cast<size_t>(cells[i].len);
    }
    return total;
}

unsigned char* write_cells(unsigned char* dst, const OutCell* cells, int count) noexcept {
    for (int i = 0; i < count; i++) {
        const OutCell& cell = cells[i];
        if (cell.kind == OutCell::number) {
            dst += format_number(reinterpret_cast<char*>(dst), cell.n);
        } else {
            std::memcpy(dst, cell.s, static_cast<size_t>(cell.len));
            dst += cell.len;
        }
    }
    return dst;
}

} // namespace lua::text
