// links: number.cpp
#include "lua_text/cells.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using lua::OutCell;

TEST(Cells, WritesStringsAndNumbers) {
    OutCell cells[4];
    cells[0] = {.s = "a=", .len = 2, .kind = OutCell::string};
    cells[1] = {.n = 1.5, .len = 0, .kind = OutCell::number};
    cells[2] = {.s = "", .len = 0, .kind = OutCell::string};
    cells[3] = {.n = -7, .len = 0, .kind = OutCell::number};

    unsigned char buf[128];
    ASSERT_LE(lua::text::cells_length_bound(cells, 4), sizeof(buf));
    EXPECT_EQ(std::string(buf, lua::text::write_cells(buf, cells, 4)), "a=1.5-7");
}

TEST(Cells, BoundIsExactForStrings) {
    OutCell cells[2];
    cells[0] = {.s = "abc", .len = 3, .kind = OutCell::string};
    cells[1] = {.s = "\0", .len = 1, .kind = OutCell::string};
    EXPECT_EQ(lua::text::cells_length_bound(cells, 2), 4u);
    EXPECT_EQ(lua::text::cells_length_bound(cells, 0), 0u);
}

} // namespace
