#include "reader.hpp"

#include <charconv>

namespace rds {
namespace {

constexpr uint32_t kVersion = 3;
constexpr uint32_t kNullField = 0xffffffff;

void set_number(lua_State* L, const char* name, uint64_t value) {
    lua_pushnumber(L, static_cast<lua_Number>(value));
    lua_setfield(L, -2, name);
}

void push(lua_State* L, std::string_view text) {
    lua_pushlstring(L, text.data(), text.size());
}

bool fail(lua_State* L, const char* what) {
    lua_pushstring(L, what);
    return false;
}

// The longest start of the text that reads as a number; 0 if none does.
template <typename T>
void push_number(lua_State* L, std::string_view text) {
    T value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    lua_pushnumber(L, static_cast<lua_Number>(value));
}

} // namespace

bool Reader::read_bytes(size_t len, std::string_view& bytes) {
    if (rest_.size() < len) {
        return false;
    }
    bytes = rest_.substr(0, len);
    rest_.remove_prefix(len);
    return true;
}

bool Reader::push_result(lua_State* L) {
    if (!push_header(L) || !read_columns(L)) {
        return false;
    }
    if (columns_.empty()) {
        return true;
    }
    if (!push_rows(L)) {
        return false;
    }
    lua_setfield(L, -2, "resultset");
    return true;
}

bool Reader::push_header(lua_State* L) {
    constexpr const char* kIncomplete = "header part is incomplete";
    uint8_t byte_order = 0;
    uint32_t version = 0;
    uint8_t type = 0;
    if (!read(byte_order) || !read(version)) {
        return fail(L, kIncomplete);
    }
    if (version != kVersion) {
        lua_pushfstring(L, "found RDS format version %d, but we can only handle version %d",
                        static_cast<int>(version), static_cast<int>(kVersion));
        return false;
    }
    if (!read(type)) {
        return fail(L, kIncomplete);
    }
    if (type != 0) {
        lua_pushfstring(L, "RDS result type must be 0 for now but got %d", static_cast<int>(type));
        return false;
    }
    uint16_t error_code = 0;
    uint16_t driver_error_code = 0;
    uint16_t message_len = 0;
    std::string_view message;
    uint64_t affected_rows = 0;
    uint64_t insert_id = 0;
    uint16_t columns = 0;
    if (!read(error_code) || !read(driver_error_code) || !read(message_len) ||
        !read_bytes(message_len, message) || !read(affected_rows) || !read(insert_id) ||
        !read(columns)) {
        return fail(L, kIncomplete);
    }
    columns_.resize(columns);

    lua_newtable(L);
    set_number(L, "errcode", error_code);
    if (!message.empty()) {
        push(L, message);
        lua_setfield(L, -2, "errstr");
    }
    if (insert_id != 0) {
        set_number(L, "insert_id", insert_id);
    }
    if (affected_rows != 0) {
        set_number(L, "affected_rows", affected_rows);
    }
    return true;
}

bool Reader::read_columns(lua_State* L) {
    for (Column& column : columns_) {
        uint16_t type = 0;
        uint16_t driver_type = 0;
        uint16_t name_len = 0;
        if (!read(type) || !read(driver_type) || !read(name_len)) {
            return fail(L, "column spec is incomplete");
        }
        if (name_len == 0) {
            return fail(L, "column name empty");
        }
        if (!read_bytes(name_len, column.name)) {
            return fail(L, "column name string is incomplete");
        }
        // The two bits on top are the rough type.
        column.type = static_cast<ColumnType>(type >> 14);
    }
    return true;
}

bool Reader::push_rows(lua_State* L) {
    lua_newtable(L);
    for (int row = 1;; ++row) {
        uint8_t flag = 0;
        if (!read(flag)) {
            return fail(L, "row flag is incomplete");
        }
        if (flag == 0) {
            if (rest_.empty()) {
                return true;
            }
            lua_pushfstring(L, "seen unexpected leve-over data bytes at offset %d, row %d",
                            offset(), row);
            return false;
        }
        if (!push_row(L, row)) {
            return false;
        }
        lua_rawseti(L, -2, row);
    }
}

bool Reader::push_row(lua_State* L, int row) {
    lua_createtable(L, 0, static_cast<int>(columns_.size()));
    for (size_t i = 0; i < columns_.size(); ++i) {
        const char* what = nullptr;
        uint32_t size = 0;
        std::string_view value;
        int where = offset();
        if (!read(size)) {
            what = "field size is incomplete";
        } else {
            where = offset();
            push(L, columns_[i].name);
            if (size == kNullField) {
                lua_pushlightuserdata(L, nullptr);
            } else if (!read_bytes(size, value)) {
                what = "field value is incomplete";
            } else if (!push_field(L, columns_[i], value)) {
                what = "unrecognized boolean value";
            }
        }
        if (what != nullptr) {
            lua_pushfstring(L, "%s at offset %d, row %d, col %d", what, where, row,
                            static_cast<int>(i + 1));
            return false;
        }
        lua_rawset(L, -3);
    }
    return true;
}

// Pushes nothing for a value that is no boolean in a column of booleans.
bool Reader::push_field(lua_State* L, const Column& column, std::string_view value) {
    switch (column.type) {
    case ColumnType::integer:
        push_number<int64_t>(L, value);
        return true;
    case ColumnType::number:
        push_number<double>(L, value);
        return true;
    case ColumnType::string:
        push(L, value);
        return true;
    case ColumnType::boolean:
        break;
    }
    const char first = value.empty() ? '\0' : value.front();
    const bool yes = first == 't' || first == 'T' || first == '1';
    if (!yes && first != 'f' && first != 'F' && first != '0') {
        return false;
    }
    lua_pushboolean(L, yes ? 1 : 0);
    return true;
}

} // namespace rds
