// Parses a Resty DBD Stream, the result format of the drizzle and postgres modules, into Lua
// tables.
//
// A Reader lives on the stack of the function that parses and looks at the caller's string. Numbers
// in the stream are in the host's byte order.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

extern "C" {
#include <lua.h>
}

namespace rds {

class Reader {
public:
    explicit Reader(std::string_view text) : begin_(text.data()), rest_(text) {}

    // Pushes the result's table and returns true, or pushes what is wrong and returns false.
    bool push_result(lua_State* L);

private:
    enum class ColumnType { integer, number, string, boolean };

    struct Column {
        ColumnType type;
        std::string_view name;
    };

    bool push_header(lua_State* L);
    bool read_columns(lua_State* L);
    bool push_rows(lua_State* L);
    bool push_row(lua_State* L, int row);
    bool push_field(lua_State* L, const Column& column, std::string_view value);

    template <typename T>
    bool read(T& value) {
        if (rest_.size() < sizeof(T)) {
            return false;
        }
        std::memcpy(&value, rest_.data(), sizeof(T));
        rest_.remove_prefix(sizeof(T));
        return true;
    }

    bool read_bytes(size_t len, std::string_view& bytes);
    [[nodiscard]] int offset() const { return static_cast<int>(rest_.data() - begin_); }

    const char* begin_;
    std::string_view rest_;
    std::vector<Column> columns_;
};

} // namespace rds
